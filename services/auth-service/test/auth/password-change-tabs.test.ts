import { setTimeout as sleep } from 'node:timers/promises'
import { tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const TABS = 20
/** Also 50 and more: `PASSWORD_CHANGES=50`. */
const CHANGES = Number(process.env.PASSWORD_CHANGES ?? 8)
/** By so much one answer may overtake another on the network. Milliseconds. */
const JITTER_MS = 40

t.setTimeout(60_000 + CHANGES * 10_000)

/** The cookies of a browser, which all of its tabs share. Responses apply in the order in which they arrive. */
class CookieJar {
  readonly #cookies = new Map<string, string>()

  header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  refreshToken(): string | undefined {
    return this.#cookies.get('__Secure-refresh')
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
  const replicas = [first, await startAuthService(t, { beside: first })]
  const onChunk = ({ from }: { from: string }) => (from === 'server' ? sleep(Math.random() * JITTER_MS) : undefined)
  const urls = await Promise.all(
    replicas.map(async ({ app }) => {
      const url = await app.listen({ port: 0, host: '127.0.0.1' })
      return (await tcpRelay(t, url, { onChunk })).url
    }),
  )
  return { urls, newUser: first.newUser }
}

const title = `${TABS} tabs that share their cookies and refresh over ${CHANGES} changes of password are never signed out`
t.test(title, async (t) => {
  const { urls, newUser } = await startReplicas()
  const { email } = await newUser()
  const jar = new CookieJar()
  async function call(path: string, body: object, replica: number): Promise<{ status: number; code?: string }> {
    const response = await fetch(`${urls[replica % urls.length]}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { cookie: jar.header(), 'content-type': 'application/json', 'x-requested-with': 'tab' },
    })
    jar.apply(response)
    const { code } = (await response.json()) as { code?: string }
    return { status: response.status, ...(code !== undefined && { code }) }
  }
  t.match(await call('/auth/login', { email, password: PASSWORD, delivery: 'cookie' }, 0), { status: 200 })

  const signOuts: string[] = []
  const counts = { refreshed: 0, superseded: 0 }
  /** Odd while a change is in flight. */
  let changing = 0
  let isOver = false

  async function tab(n: number): Promise<void> {
    while (!isOver && signOuts.length === 0) {
      const [sent, before] = [jar.refreshToken(), changing]
      const { status, code } = await call('/auth/refresh', {}, n)
      if (status === 200) counts.refreshed++
      else if (code === 'token_superseded') {
        counts.superseded++
        const isLeftBehind = sent === jar.refreshToken() && before === changing && before % 2 === 0
        if (isLeftBehind) signOuts.push('left with a token of a session that had been replaced')
      } else if (status !== 503) signOuts.push(`${status} ${code}`)
      await sleep(Math.random() * 20)
    }
  }

  async function changePasswords(): Promise<void> {
    let currentPassword = PASSWORD
    for (let n = 1; n <= CHANGES && signOuts.length === 0; n++) {
      const newPassword = `a heron walks over ${n} slow rivers`
      await sleep(100 + Math.random() * 100)
      changing++
      const change = () => call('/auth/password', { currentPassword, newPassword }, n)
      let answer = await change()
      // A busy machine: nothing has changed, and the call is repeated.
      while (answer.status === 503) answer = await change()
      changing++
      if (answer.status === 200) currentPassword = newPassword
      else signOuts.push(`change ${n}: ${answer.status} ${answer.code}`)
    }
    await sleep(200)
    isOver = true
  }

  await Promise.all([changePasswords(), ...Array.from({ length: TABS }, (_, n) => tab(n))])
  t.comment(`${counts.refreshed} refreshes, ${counts.superseded} superseded`)
  t.same(signOuts, [])
  t.ok(counts.refreshed > TABS)
  t.match(await call('/auth/refresh', {}, 0), { status: 200 }, 'the tabs go on')
})
