import type { Erasure } from '../accounts/erasure.ts'
import { ENDED_BY_DISABLING } from '../accounts/user-administration.ts'
import type { AuditOrigin } from '../audit/audit-event.ts'
import { userDisabled } from '../audit/security-events.ts'
import { listClientsLeftBy } from '../clients/left-clients-repository.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { withdrawLinks, withdrawLinksBy } from '../links/link-repository.ts'
import { listAccountsById } from '../users/bulk-repository.ts'
import type { Account } from '../users/user.ts'
import { lockAccount } from '../users/user-repository.ts'
import type { AccountMark } from './account-mark.ts'
import { listUnknownIds } from './account-mark-repository.ts'
import { type RaisedAccount, raiseAccount } from './reconciliation-repository.ts'
import type { AccountMarks } from './redis-account-marks.ts'

export type CarriedOverAccounts = {
  readonly disabled: string[]
  readonly erased: string[]
  /** Accounts whose tokens of before were void, for a reason that Redis does not know: a role that was taken away, say. */
  readonly raised: string[]
  /** Accounts whose password was changed: that of the backup is void, and the later one is lost. */
  readonly withoutPassword: string[]
  /** Disabled in Postgres, enabled since. */
  readonly enabledSince: string[]
  /** Made since. */
  readonly unknown: string[]
}

const WHAT: Record<keyof CarriedOverAccounts, string> = {
  disabled: 'disabled',
  erased: 'erased',
  raised: 'its tokens of before are void',
  withoutPassword: 'the password of the backup is void',
  enabledSince: 'enabled since, stays disabled',
  unknown: 'made since, not known',
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly marks: Pick<AccountMarks, 'list'>
  readonly erasure: Pick<Erasure, 'erase' | 'purge'>
  readonly origin: AuditOrigin
  /** Hears of each account at once: the next run, after one that was interrupted, finds nothing of it any more. */
  readonly note: (line: string) => void
}

/** What is so far ahead is no version of ours: somebody else has written it, and no account could ever be disabled again. */
const MAX_AHEAD = 1_000_000

const raisedTo = (version: number, marked: number): number =>
  marked > version && marked < version + MAX_AHEAD ? marked : version

/** What the account has to become: whatever Postgres has forgotten of it, and nothing that it did not know how to refuse. */
function raisedBy(mark: AccountMark, { user, tokenVersion, passwordVersion, passwordHash }: Account): RaisedAccount {
  const isDisabled = mark.status === 'disabled' && mark.tokenVersion >= tokenVersion
  return {
    tokenVersion: raisedTo(tokenVersion, mark.tokenVersion),
    status: isDisabled ? 'disabled' : user.status,
    // Without a password there is none to void: an invitation may still be accepted.
    passwordVersion: passwordHash === null ? passwordVersion : raisedTo(passwordVersion, mark.passwordVersion),
  }
}

/** Brings accounts up to what their marks say. It may be repeated: what has been carried over differs no more. */
export async function carryOverAccounts(dependencies: Dependencies): Promise<CarriedOverAccounts> {
  const { db, writeAs, marks, erasure, origin, note } = dependencies
  const found: CarriedOverAccounts = {
    disabled: [],
    erased: [],
    raised: [],
    withoutPassword: [],
    enabledSince: [],
    unknown: [],
  }

  function add(what: keyof CarriedOverAccounts, userId: string): void {
    found[what].push(userId)
    note(`${userId}: ${WHAT[what]}`)
  }

  async function erase(userId: string): Promise<void> {
    await writeAs(origin, async (trx, audit) => {
      const account = await lockAccount(trx, userId)
      if (account) await erasure.erase(trx, audit, { account, why: 'requested', origin })
    })
    await erasure.purge(userId)
    add('erased', userId)
  }

  async function raise(mark: AccountMark): Promise<void> {
    const { userId } = mark
    const changes = await writeAs(origin, async (trx, audit): Promise<(keyof CarriedOverAccounts)[]> => {
      const before = await lockAccount(trx, userId)
      if (!before) return []
      const raised = raisedBy(mark, before)
      const isDisabling = raised.status !== before.user.status
      await raiseAccount(trx, before, raised)
      await withdrawLinksBy(trx, userId)
      if (isDisabling) {
        await withdrawLinks(trx, userId, ...ENDED_BY_DISABLING)
        await audit(userDisabled({ userId, clients: await listClientsLeftBy(trx, userId) }))
      }
      return [
        ...(isDisabling ? (['disabled'] as const) : []),
        ...(!isDisabling && raised.tokenVersion > before.tokenVersion ? (['raised'] as const) : []),
        ...(raised.passwordVersion > before.passwordVersion ? (['withoutPassword'] as const) : []),
      ]
    })
    for (const change of changes) add(change, userId)
  }

  for await (const page of marks.list()) {
    const ids = page.map(({ userId }) => userId)
    const accounts = new Map((await listAccountsById(db, ids)).map((account) => [account.user.id, account]))
    const unknown = new Set(await listUnknownIds(db, ids))
    for (const mark of page) {
      const account = accounts.get(mark.userId)
      if (!account) {
        if (unknown.has(mark.userId) && mark.status !== 'erased') add('unknown', mark.userId)
        continue
      }
      if (mark.status === 'erased') {
        await erase(mark.userId)
        continue
      }
      if (
        account.user.status === 'disabled' &&
        mark.status !== 'disabled' &&
        mark.tokenVersion >= account.tokenVersion
      ) {
        add('enabledSince', mark.userId)
      }
      const raised = raisedBy(mark, account)
      const differs =
        raised.tokenVersion > account.tokenVersion ||
        raised.status !== account.user.status ||
        raised.passwordVersion > account.passwordVersion
      if (differs) await raise(mark)
    }
  }
  return found
}
