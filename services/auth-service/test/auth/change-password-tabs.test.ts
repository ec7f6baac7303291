import { setTimeout as sleep } from 'node:timers/promises'
import { tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'
import { loadDictionaries } from '../support/shared-strength.ts'
import { claimsOf } from '../support/tokens.ts'

const TABS = 20
/** Few in a run of all tests; the long form is `PASSWORD_CHANGES=50 npm test -- services/auth-service/test/auth/change-password-tabs.test.ts`. */
const CHANGES = Number(process.env.PASSWORD_CHANGES ?? 12)
/** Every answer takes that long, or up to twice as long: by so much one overtakes another. Milliseconds. */
const LATENCY_MS = 100

t.setTimeout(60_000 + CHANGES * 10_000)

/** The cookies of a browser, which all of its tabs share. Answers apply in the order in which they arrive. */
class CookieJar {
  readonly #cookies = new Map<string, string>()

  header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Which session the browser is signed in with. */
  sid(): unknown {
    return claimsOf(this.#cookies.get('__Secure-refresh')).sid
  }

  apply(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}

/** Two replicas behind a network that is not even. */
async function startReplicas() {
  const first = await startAuthService(t)
  await loadDictionaries()
  const replicas = [first, await startAuthService(t, { beside: first })]
  const onChunk = ({ from }: { from: string }) =>
    from === 'server' ? sleep(LATENCY_MS * (1 + Math.random())) : undefined
  const urls = await Promise.all(
    replicas.map(async ({ app }) => {
      const url = await app.listen({ port: 0, host: '127.0.0.1' })
      return (await tcpRelay(t, url, { onChunk })).url
    }),
  )
  return { urls, newUser: first.newUser }
}

type Answer = { readonly status: number; readonly code?: string; readonly sid: unknown }

const title = `${TABS} tabs that share their cookies and refresh over ${CHANGES} changes of password are never signed out`
t.test(title, async (t) => {
  const { urls, newUser } = await startReplicas()
  const { email } = await newUser()
  const jar = new CookieJar()

  async function call(path: string, body: object, replica: number): Promise<Answer> {
    const response = await fetch(`${urls[replica % urls.length]}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { cookie: jar.header(), 'content-type': 'application/json', 'x-requested-with': 'tab' },
    })
    jar.apply(response)
    const sid = jar.sid()
    const { code } = (await response.json()) as { code?: string }
    return { status: response.status, sid, ...(code !== undefined && { code }) }
  }

  const counts = { refreshed: 0, superseded: 0 }
  async function refresh(tab: number): Promise<void> {
    await sleep(Math.random() * LATENCY_MS)
    const { status, code } = await call('/auth/refresh', {}, tab)
    if (status === 200) counts.refreshed++
    else if (code === 'token_superseded') counts.superseded++
    else if (status !== 503) t.fail(`a tab was signed out: ${status} ${code}`)
  }

  /** The tabs wake up together, as they do when their access token expires: before the change, during it, or after. */
  async function refreshAll(): Promise<void> {
    await sleep(Math.random() * lastChangeMs)
    await Promise.all(Array.from({ length: TABS }, (_, tab) => refresh(tab)))
  }

  /** How long a change takes on this machine, now. */
  let lastChangeMs = 5 * LATENCY_MS
  let currentPassword = PASSWORD
  async function changePassword(n: number): Promise<Answer> {
    const newPassword = `a heron walks over ${n} slow rivers`
    const startMs = performance.now()
    const answer = await call('/auth/password', { currentPassword, newPassword }, n)
    // A busy machine: nothing has changed, and the call is repeated.
    if (answer.status === 503) return changePassword(n)
    currentPassword = newPassword
    lastChangeMs = performance.now() - startMs
    return answer
  }

  t.equal((await call('/auth/login', { email, password: PASSWORD, delivery: 'cookie' }, 0)).status, 200)
  for (let n = 1; n <= CHANGES; n++) {
    const [changed] = await Promise.all([changePassword(n), refreshAll()])
    t.match(changed, { status: 200 }, `change ${n}`)
    if (!t.equal(jar.sid(), changed.sid, `after change ${n} the browser has the tokens of the new session`)) return
  }
  t.match(await call('/auth/refresh', {}, 0), { status: 200 }, 'the tabs go on')
  t.comment(`${counts.refreshed} refreshes, ${counts.superseded} superseded`)
  t.ok(counts.refreshed > CHANGES && counts.superseded > CHANGES, 'some came before the change, and some after')
})
