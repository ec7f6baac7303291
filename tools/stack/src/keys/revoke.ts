import { poll, sleep, UserFacingError } from '@latchkey/harness'
import { openAdminSession } from './admin-session.ts'
import type { KeysOptions } from './options.ts'
import { readRingFile, writeRingFile } from './ring-file.ts'
import { newKid, take } from './rotation.ts'

type Say = (text: string) => void

/** By then the services that read this file know a key that was added to it. */
const READ_MS = 2000
/** How long auth-service may take to sign with the new key. */
const SIGNS_WITHIN_MS = 10_000

/**
 * Revokes a leaked key: if it signs, another key takes its place; every verifier refuses it; the ring drops it. A key of
 * refresh tokens is only dropped, as auth-service alone verifies those.
 *
 * @throws UserFacingError with what failed; repeating the command is safe
 */
export async function revoke(options: KeysOptions, say: Say): Promise<void> {
  const { file, kid = '', refresh, force, authUrl, admin } = options
  const isThere = readRingFile(file).ring.entries.some((entry) => entry.kid === kid)
  if (!isThere && !force) {
    throw new UserFacingError(`There is no key ${kid} in ${file}. If it was already removed, --force revokes it.`)
  }
  if (refresh) {
    if (isThere) await signWithAnother(file, kid, say)
    drop(file, kid, say)
    return say('Clients that hold a refresh token under it must sign in again.')
  }
  // First of all: without the right to revoke nothing is changed.
  const session = await openAdminSession(authUrl, admin)
  try {
    if (isThere) await signWithAnother(file, kid, say)
    // auth-service refuses to revoke the key that it signs with; it reads its changed ring within a second.
    const isRevoked = () => session.revokeKey(kid, { orThrow: false })
    const isInTime = await poll(isRevoked, { timeoutMs: SIGNS_WITHIN_MS, intervalMs: 200 })
    if (!isInTime) await session.revokeKey(kid, { orThrow: true })
    say(`Revoked ${kid}: every verifier refuses tokens signed with it. Clients get new tokens at their next refresh.`)
    if (isThere) drop(file, kid, say)
  } finally {
    await session.close()
  }
}

/** All services know the key that was added before; a new one needs a moment first. */
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
  // auth-service encrypts what it keeps under the leaked key again, as soon as the next key signs.
  await sleep(READ_MS)
  say('Give this ring to every service that has a copy of it and does not read this file.')
}

function drop(file: string, kid: string, say: Say): void {
  const { ring, added } = readRingFile(file)
  const isWaiting = added !== undefined && added !== kid && ring.entries[0]?.kid !== added
  writeRingFile(file, take({ does: 'drop', kids: [kid] }, ring), isWaiting ? added : undefined)
  say(`Dropped ${kid} from ${file}.`)
}
