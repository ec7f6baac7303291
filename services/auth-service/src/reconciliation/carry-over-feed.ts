import { decodeRevocation, type Revocation, streamKeyOf } from '@latchkey/resource-server/revocations'
import type { AuditOrigin } from '../audit/audit-event.ts'
import { clientDeleted, keyRevoked } from '../audit/client-events.ts'
import { deleteClient, lockClient } from '../clients/client-repository.ts'
import { insertRevokedToken } from '../clients/revoked-token-repository.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { insertRevokedKey } from '../keys/key-repository.ts'
import { withdrawLinksBy } from '../links/link-repository.ts'
import { readPolicyVersion } from '../permissions/policy-repository.ts'
import { raiseClientVersion } from './reconciliation-repository.ts'

/** Reads entries of a stream, those behind an id. */
export type ReadStream = (key: string, afterId: string, limit: number) => Promise<[id: string, fields: string[]][]>

export type CarriedOverFeed = {
  readonly keys: string[]
  readonly tokens: number
  readonly deletedClients: string[]
  readonly narrowedClients: string[]
  /** Roles that held less, and scopes that were no more: in Postgres they are as they were before. */
  readonly narrowings: string[]
  /** The highest version of the policy that an entry names; that of Postgres where none is higher. */
  readonly policyVersion: number
}

const PAGE = 1000
/** A column in Postgres has it. */
const MAX_VERSION = 2 ** 31 - 1
const MAX_AHEAD = 1_000_000

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly readStream: ReadStream
  readonly keyPrefix: string
  readonly origin: AuditOrigin
}

/** What was revoked lately, and is in the feed alone: keys, tokens and versions of service clients, clients that were deleted. It may be repeated. */
export async function carryOverFeed(dependencies: Dependencies): Promise<CarriedOverFeed> {
  const { db, writeAs, readStream, keyPrefix, origin } = dependencies
  const policyBefore = await readPolicyVersion(db)
  const found = {
    keys: [] as string[],
    tokens: 0,
    deletedClients: [] as string[],
    narrowedClients: [] as string[],
    narrowings: new Set<string>(),
    policyVersion: policyBefore,
  }

  async function apply(revocation: Revocation): Promise<void> {
    switch (revocation.kind) {
      case 'key':
        await writeAs(origin, async (trx, audit) => {
          if (!(await insertRevokedKey(trx, revocation.id))) return
          await audit(keyRevoked(revocation.id))
          found.keys.push(revocation.id)
        })
        return
      case 'token':
        await insertRevokedToken(db, revocation.id, new Date(revocation.exp * 1000))
        found.tokens++
        return
      case 'client':
        await writeAs(origin, async (trx, audit) => {
          if (!(await lockClient(trx, revocation.id))) return
          await deleteClient(trx, revocation.id)
          await withdrawLinksBy(trx, revocation.id)
          await audit(clientDeleted(revocation.id))
          found.deletedClients.push(revocation.id)
        })
        return
      case 'user':
        // A user has a mark, which says more.
        if (revocation.ver > MAX_VERSION) return
        if (await raiseClientVersion(db, revocation.id, revocation.ver)) found.narrowedClients.push(revocation.id)
        return
      case 'role':
      case 'scope':
        // What is so far ahead is no version of ours.
        if (revocation.pol > policyBefore + MAX_AHEAD) return
        found.policyVersion = Math.max(found.policyVersion, revocation.pol)
        if (revocation.pol > policyBefore) found.narrowings.add(`${revocation.kind} ${revocation.id}`)
        return
      case 'session':
    }
  }

  for (let afterId = '0'; ; ) {
    const entries = await readStream(streamKeyOf(keyPrefix), afterId, PAGE)
    for (const [, fields] of entries) {
      const revocation = decodeRevocation(fields)
      if (typeof revocation !== 'string') await apply(revocation)
    }
    if (entries.length < PAGE) break
    afterId = entries.at(-1)?.[0] ?? afterId
  }
  return { ...found, narrowings: [...found.narrowings] }
}
