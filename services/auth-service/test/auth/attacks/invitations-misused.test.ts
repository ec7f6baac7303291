import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../../support/auth-service.ts'
import { startMailbox } from '../../support/mailbox.ts'

const mailbox = await startMailbox(t)
const auth = await startAuthService(t, { variables: mailbox.variables })
const replica = await startAuthService(t, { beside: auth, variables: mailbox.variables })
const asAdmin = await administratorOf(auth)
const accept = (token: string, password = PASSWORD, service = auth) =>
  service.call('POST', '/auth/invitations/accept', { body: { token, password, delivery: 'body' } })

let people = 0
async function invite(roles = ['user']) {
  const email = `newcomer${++people}@corp.test`
  const { user } = (await asAdmin('POST', '/admin/users', { email, roles })).json()
  const url = `/admin/users/${user.id}`
  return { email, url, id: user.id as string, token: await mailbox.nextToken(email) }
}
const statusOf = async (url: string) => (await asAdmin('GET', url)).json().user?.status

t.test('an invitation works once, for all who have the link', async (t) => {
  const { token, url } = await invite()
  t.equal((await accept(token)).statusCode, 200)
  const again = await accept(token, 'copper-lantern-drifts-9')
  t.equal(again.statusCode, 400)
  t.equal(again.json().code, 'invalid_link')
  t.equal(await statusOf(url), 'active')
})

t.test('of many who accept at once, at two replicas, one comes in, with their own password', async (t) => {
  const { token, email } = await invite()
  const passwords = Array.from({ length: 6 }, (_, n) => `copper-lantern-drifts-${n}-${n * 7}`)
  const answers = await Promise.all(
    passwords.map((password, n) => accept(token, password, n % 2 === 0 ? auth : replica)),
  )
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1)
  // A busy machine may have no time to check a password.
  t.ok(answers.every(({ statusCode, body }) => [200, 503].includes(statusCode) || body.includes('invalid_link')))
  for (const [n, { statusCode }] of answers.entries()) {
    const login = await auth.call('POST', '/auth/login', { body: { email, password: passwords[n], delivery: 'body' } })
    t.equal(login.statusCode, statusCode === 200 ? 200 : 401)
  }
  const sessions = (
    await auth.call('GET', '/auth/sessions', {
      token: answers.find(({ statusCode }) => statusCode === 200)?.json().accessToken,
    })
  ).json()
  t.equal(sessions.items.length, 2, 'the acceptance and the sign-in of this test')
})

t.test('a change of the account ends a link that was kept, also when the change is taken back', async (t) => {
  const changes: Record<string, (url: string, email: string) => Promise<unknown>> = {
    'other roles': (url) => asAdmin('PATCH', url, { roles: ['staff'] }),
    'other roles, and those of before': async (url) => {
      await asAdmin('PATCH', url, { roles: ['staff'] })
      await asAdmin('PATCH', url, { roles: ['user'] })
    },
    'another address': (url, email) => asAdmin('PATCH', url, { email: `other-${email}` }),
    'another address, and that of before': async (url, email) => {
      await asAdmin('PATCH', url, { email: `other-${email}` })
      await asAdmin('PATCH', url, { email })
    },
    'disabled, and enabled again': async (url) => {
      await asAdmin('PATCH', url, { status: 'disabled' })
      await asAdmin('PATCH', url, { status: 'active' })
    },
    disabled: (url) => asAdmin('PATCH', url, { status: 'disabled' }),
    withdrawn: (url) => asAdmin('DELETE', `${url}/invitation`),
    'sent again': (url) => asAdmin('POST', `${url}/invitation`),
    erased: (url) => asAdmin('DELETE', url),
  }
  for (const [name, change] of Object.entries(changes)) {
    const { token, url, email } = await invite()
    await change(url, email)
    const refused = await accept(token)
    t.equal(refused.statusCode, 400, name)
    t.equal(refused.json().code, 'invalid_link', name)
    t.not(await statusOf(url), 'active', name)
  }
})

t.test('what races with an acceptance comes before it or after it', async (t) => {
  const races: Record<string, (url: string) => ReturnType<typeof asAdmin>> = {
    withdrawal: (url) => asAdmin('DELETE', `${url}/invitation`),
    disabling: (url) => asAdmin('PATCH', url, { status: 'disabled' }),
    'another link': (url) => asAdmin('POST', `${url}/invitation`),
  }
  for (const [name, race] of Object.entries(races)) {
    for (let n = 0; n < 4; n++) {
      const { token, url } = await invite()
      const [accepted, other] = await Promise.all([accept(token, PASSWORD, replica), race(url)])
      const comesIn = accepted.statusCode === 200
      const alive =
        comesIn && (await auth.call('GET', '/auth/me', { token: accepted.json().accessToken })).statusCode === 200
      if (name === 'disabling') {
        t.equal(other.statusCode, 200)
        t.notOk(alive, 'a newcomer who was quicker is out again')
        t.equal(await statusOf(url), 'disabled')
      } else {
        t.equal(other.statusCode < 300, !comesIn, `${name}: ${accepted.statusCode} and ${other.statusCode}`)
        t.equal(alive, comesIn, name)
      }
    }
  }
})

t.test('a link opens nothing but what it was made for', async (t) => {
  const { token, url } = await invite()
  const bodies = {
    '/auth/password/reset': { token, password: PASSWORD },
    '/auth/verification/confirm': { token, password: PASSWORD },
    '/auth/verification/decline': { token },
    '/auth/email/confirm': { token, password: PASSWORD },
    '/auth/email/undo': { token },
  }
  for (const [path, body] of Object.entries(bodies)) {
    t.equal((await auth.call('POST', path, { body })).json().code, 'invalid_link', path)
  }
  for (const wrong of ['x', token.slice(1), `${token}x`, token.toLowerCase(), 'ä'.repeat(43)]) {
    t.equal((await accept(wrong)).json().code, 'invalid_link')
  }
  t.equal(await statusOf(url), 'invited')
  t.equal((await accept(token)).statusCode, 200)
})

t.test('who invites touches no account that holds, or is invited to, more than they hold', async (t) => {
  const invited = await invite(['admin'])
  const active = await auth.newAccount({ roles: ['admin'] })
  const desk = await auth.newUser({ roles: ['hr'] })
  const asDesk = (method: string, url: string, body?: object) =>
    auth.call(method, url, { token: desk.accessToken, ...(body && { body }) })
  t.equal((await asDesk('POST', `${invited.url}/invitation`)).json().code, 'exceeds_own_scopes')
  t.equal((await asDesk('DELETE', `${invited.url}/invitation`)).json().code, 'exceeds_own_scopes')
  t.equal((await asDesk('POST', `/admin/users/${active.id}/invitation`)).json().code, 'exceeds_own_scopes')
  t.equal((await asDesk('POST', `/admin/users/${active.id}/password-reset`)).json().code, 'insufficient_scope')
  for (const change of [
    { email: 'mine@corp.test' },
    { fullName: 'Me' },
    { username: 'me-then' },
    { status: 'disabled' },
  ]) {
    for (const url of [invited.url, `/admin/users/${active.id}`]) {
      t.equal((await asDesk('PATCH', url, change)).json().code, 'insufficient_scope')
    }
  }
  t.equal((await asDesk('DELETE', invited.url)).json().code, 'insufficient_scope')
  t.equal((await accept(invited.token)).json().user.roles[0], 'admin', 'the invitation is as it was')
})

t.test('many callers together send a mailbox three invitations an hour', async (t) => {
  const { url, email } = await invite()
  const callers = await Promise.all(Array.from({ length: 6 }, () => auth.newUser({ roles: ['hr'] })))
  const answers = await Promise.all(
    callers.map(({ accessToken }) => auth.call('POST', `${url}/invitation`, { token: accessToken })),
  )
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [201, 201, 429, 429, 429, 429])
  const token = await newestToken(email)
  t.equal((await accept(token)).statusCode, 200, 'and the link that was sent last works')
})

/** Of mails that are sent in parallel, the one whose link is not replaced. */
async function newestToken(email: string): Promise<string> {
  for (;;) {
    const token = await mailbox.nextToken(email)
    const probe = await auth.call('POST', '/auth/invitations/accept', {
      body: { token, password: 'password1234567' },
    })
    if (probe.json().code !== 'invalid_link') return token
  }
}
