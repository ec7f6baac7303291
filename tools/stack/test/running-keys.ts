import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep, UserFacingError, untilDecided } from '@latchkey/harness'
import type { Test } from 'tap'
import { readRing } from '../src/keys/ring-text.ts'
import { runKeys } from '../src/keys/run-keys.ts'

/** Does what `npm run keys --` does, in this process. */
export async function keys(args: string[], environment: Record<string, string> = {}) {
  const lines: string[] = []
  let status = 0
  try {
    await runKeys(args, environment, (text) => lines.push(text))
  } catch (error) {
    if (!(error instanceof UserFacingError)) throw error
    status = 1
    lines.push(error.message)
  }
  return { status, output: lines.join('\n') }
}

/** The names of the keys of a ring, the one that signs first. */
export const kidsIn = (file: string): string[] =>
  readRing(readFileSync(file, 'utf8').trim()).entries.map(({ kid }) => kid)

type RunningSystem = {
  readonly place: { readonly DATA_DIR: string; readonly AUTH_PORT: string; readonly EMPLOYEE_PORT: string }
  /** Of the administrator. */
  readonly password: string
  /** The ring of access tokens. */
  readonly ring: string
}

/** On a running system a change passes unnoticed, and a leaked key is refused. */
export async function changeKeys(t: Test, { place, password, ring }: RunningSystem): Promise<void> {
  const file = join(place.DATA_DIR, 'secrets', ring)

  const signIn = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${place.AUTH_PORT}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@localhost.test', password, delivery: 'body' }),
    })
    return ((await answer.json()) as { accessToken: string }).accessToken
  }
  const signedUnder = (token: string): string =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  const askWith = async (token: string) => {
    const answer = await fetch(`http://127.0.0.1:${place.EMPLOYEE_PORT}/employees`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { code = 'ok' } = (await answer.json()) as { code?: string }
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: { code } }
  }
  // On a busy machine keys may take longer to fetch than a request waits.
  const answerTo = async (token: string): Promise<string> =>
    (
      await untilDecided(
        () => askWith(token),
        (answer) => answer,
      )
    ).body.code
  const until = async (holds: () => Promise<boolean>): Promise<boolean> => {
    for (let i = 0; i < 100; i++) {
      if (await holds()) return true
      await sleep(50)
    }
    return false
  }

  const before = await signIn()
  t.equal(await answerTo(before), 'ok')
  t.equal((await keys(['rotate'], place)).status, 0)
  await sleep(1500)
  t.equal((await keys(['rotate', '--now'], place)).status, 0)
  const [signing = '', old = ''] = kidsIn(file)
  t.ok(await until(async () => signedUnder(await signIn()) === signing))
  const after = await signIn()
  t.equal(await answerTo(after), 'ok')
  t.equal(await answerTo(before), 'ok')

  const leaked = await keys(['revoke', old], { ...place, ADMIN_PASSWORD: password })
  t.equal(leaked.status, 0, leaked.output)
  t.same(kidsIn(file), [signing])
  t.ok(await until(async () => (await answerTo(before)) === 'token_revoked'))
  t.equal(await answerTo(after), 'ok')
  t.match(await keys(['revoke', 'typo'], { ...place, ADMIN_PASSWORD: password }), {
    status: 1,
    output: /There is no key typo/,
  })
  const wrong = await keys(['revoke', signing], { ...place, ADMIN_PASSWORD: 'wrong' })
  t.match(wrong, { status: 1, output: /invalid_credentials/ })
  t.same(kidsIn(file), [signing], 'nothing is changed without a right to')

  const passwordFile = join(place.DATA_DIR, 'password')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  const signer = await keys(['revoke', signing], { ...place, ADMIN_PASSWORD_FILE: passwordFile })
  t.equal(signer.status, 0, signer.output)
  t.match(signer.output, 'signs from now on')
  t.ok(await until(async () => (await answerTo(after)) === 'token_revoked'))
  t.equal(await answerTo(await signIn()), 'ok', 'a new token is good at once')
  const refresh = join(place.DATA_DIR, 'secrets/refresh-token-secret')
  t.equal((await keys(['revoke', '--refresh', 'k1'], place)).status, 0)
  t.equal(kidsIn(refresh).length, 1)
  t.not(kidsIn(refresh)[0], 'k1')
}
