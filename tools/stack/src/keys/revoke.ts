import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../settings/stack-settings.ts'
import { StackError } from '../stack-error.ts'
import { openAdminSession } from './admin-session.ts'
import type { KeysOptions } from './options.ts'
import { readRingFile, writeRingFile } from './ring-file.ts'
import { newKid, take } from './rotation.ts'

type Say = (text: string) => void

/** By then services that read this file know a key that was added to it. */
const READ_MS = 2000
/** How long auth-service may take to sign with the new key. */
const PATIENCE_MS = 10_000

/**
 * The emergency: another key signs if need be, the leaked one is refused everywhere and goes from the ring. A key of refresh
 * tokens just goes: auth-service alone verifies those.
 *
 * @throws StackError saying what could not be done; repeating it is safe
 */
export async function revoke(options: KeysOptions, environment: Environment, say: Say): Promise<void> {
  const { file, kid = '', refresh, force, authUrl } = options
  const isThere = readRingFile(file).ring.entries.some((entry) => entry.kid === kid)
  if (!isThere && !force) {
    throw new StackError(
      `There is no key ${kid} in ${file}. If it was taken out already, --force revokes it all the same.`,
    )
  }
  if (refresh) {
    if (isThere) await signWithAnother(file, kid, say)
    drop(file, kid, say)
    return say('Whoever holds a refresh token under it signs in again.')
  }
  // Before anything is changed: without a right to revoke, nothing is.
  const session = await openAdminSession(authUrl, environment)
  try {
    if (isThere) await signWithAnother(file, kid, say)
    const deadline = Date.now() + PATIENCE_MS
    // auth-service refuses to revoke the key that it signs with; it reads its changed ring within a second.
    while (!(await session.revokeKey(kid, { orThrow: Date.now() > deadline }))) await sleep(200)
    say(`Revoked ${kid}: every verifier refuses what is signed under it. Clients get new tokens at their next refresh.`)
    if (isThere) drop(file, kid, say)
  } finally {
    await session.close()
  }
}

/** The key that waits for its turn is known to all; where there is none, a new one gets a moment to become so. */
async function signWithAnother(file: string, kid: string, say: Say): Promise<void> {
  const { ring, added } = readRingFile(file)
  if (ring.entries[0]?.kid !== kid) return
  const waiting = ring.entries.some((entry) => entry.kid === added) ? added : undefined
  const next = waiting ?? newKid(ring, new Date())
  const extended = waiting === undefined ? take({ does: 'add', kid: next }, ring) : ring
  if (waiting === undefined) {
    writeRingFile(file, extended, next)
    await sleep(READ_MS)
  }
  writeRingFile(file, take({ does: 'sign', kid: next }, extended))
  say(`The key ${next} signs from now on.`)
  // What auth-service keeps under the leaked key is put under the next one as soon as that signs.
  await sleep(READ_MS)
  say('Give this ring to every service that has a copy of it and does not read this very file.')
}

function drop(file: string, kid: string, say: Say): void {
  const { ring, added } = readRingFile(file)
  const isWaiting = added !== undefined && added !== kid && ring.entries[0]?.kid !== added
  writeRingFile(file, take({ does: 'drop', kids: [kid] }, ring), isWaiting ? added : undefined)
  say(`Dropped ${kid} from ${file}.`)
}
