import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../settings/stack-settings.ts'
import { StackError } from '../stack-error.ts'
import type { KeysOptions } from './options.ts'
import { readRingFile, writeRingFile } from './ring-file.ts'
import { createEntry } from './ring-text.ts'
import { kidOf, take } from './rotation.ts'

/** By then services that read this file know the new key: no token of theirs is refused, even in an emergency. */
const READ_MS = 2000
/** How long auth-service may take to sign with the new key. */
const PATIENCE_MS = 10_000

/**
 * The emergency: signs with a new key at once if need be, has the leaked one refused everywhere, takes it out of the ring.
 *
 * @throws StackError saying how far it got; repeating it is safe
 */
export async function revoke(
  options: KeysOptions,
  environment: Environment,
  say: (text: string) => void,
): Promise<void> {
  const { file, kid = '', authUrl } = options
  const { ring } = readRingFile(file)
  if (ring.entries[0]?.kid === kid) {
    const next = kidOf(new Date())
    const extended = { ...ring, entries: [...ring.entries, createEntry(ring.algorithm, next)] }
    writeRingFile(file, extended)
    await sleep(READ_MS)
    writeRingFile(file, take({ does: 'sign', kid: next }, extended))
    say(`The key ${next} signs from now on.`)
    if (ring.algorithm === 'HS256') say('Give this ring to every verifier that does not read this very file.')
  }
  const { accessToken, refreshToken } = await signIn(authUrl, environment)
  await untilRevoked(authUrl, kid, accessToken)
  say(`Revoked ${kid}: every verifier refuses what is signed under it. Clients get new tokens at their next refresh.`)

  const { ring: changed } = readRingFile(file)
  if (changed.entries.some((entry) => entry.kid === kid)) {
    writeRingFile(file, take({ does: 'drop', kids: [kid] }, changed))
    say(`Dropped ${kid} from ${file}.`)
  }
  if (refreshToken !== undefined) await call(`${authUrl}/auth/logout`, post({ refreshToken }))
}

/** Without a refresh token when the session is somebody else's. */
type Tokens = { readonly accessToken: string; readonly refreshToken?: string }

/** auth-service refuses to revoke the key that it signs with; it reads its changed ring within a second. */
async function untilRevoked(authUrl: string, kid: string, token: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const response = await call(`${authUrl}/admin/keys/${encodeURIComponent(kid)}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    })
    if (response.status === 204) return
    if (response.status !== 409 || Date.now() > deadline)
      throw new StackError(await explain('revoking the key', response))
    await sleep(200)
  }
}

async function signIn(authUrl: string, environment: Environment): Promise<Tokens> {
  if (environment.LATCHKEY_TOKEN) return { accessToken: environment.LATCHKEY_TOKEN }
  const { ADMIN_EMAIL: email = 'admin@localhost.test', ADMIN_PASSWORD: password } = environment
  if (!password)
    throw new StackError('Set ADMIN_PASSWORD (and ADMIN_EMAIL), or LATCHKEY_TOKEN, to somebody with clients:manage.')
  const response = await call(
    `${authUrl}/auth/login`,
    post({ email, password, deviceName: 'npm run keys', delivery: 'body' }),
  )
  if (response.status !== 200) throw new StackError(await explain('signing in', response))
  return (await response.json()) as Tokens
}

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function call(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(5000) })
  } catch (error) {
    throw new StackError(`auth-service cannot be reached at ${new URL(url).origin}: ${(error as Error).message}`)
  }
}

async function explain(what: string, response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string }
  const { code = '', detail = '' } = problem
  return `auth-service answered ${response.status} ${code} to ${what}. ${detail}`.trim()
}
