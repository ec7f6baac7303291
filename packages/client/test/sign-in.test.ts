import t from 'tap'
import { AuthError, createClient, type TokenStore, type Tokens } from '../src/index.ts'
import { PASSWORD, startAuthService } from './support/auth-service.ts'
import { decided, statusOf } from './support/decided.ts'
import { signedIn } from './support/signed-in.ts'

const auth = await startAuthService(t, { REGISTRATION: 'open' })
const authUrl = auth.url

t.test('a sign-in says who is signed in, on which device, with which scopes', async (t) => {
  const { email } = await auth.sharedAccount()
  const client = createClient({ authUrl, delivery: 'body' })
  t.equal(client.session, null)
  const session = await decided(() => client.login({ email, password: PASSWORD, deviceName: 'kitchen' }))
  t.match(session, { user: { email }, device: { name: 'kitchen' }, scopes: ['profile'] })
  t.same(client.session, session)
  t.same(Object.keys(session).sort(), ['device', 'scopes', 'user'], 'no token')
})

t.test('what auth-service refuses is an error with its code', async (t) => {
  const { email } = await auth.sharedAccount()
  const client = createClient({ authUrl, delivery: 'body' })
  const refused = { name: 'AuthError', code: 'invalid_credentials', status: 401 }
  const login = () => client.login({ email, password: 'wrong-wrong-wrong' })
  await t.rejects(decided(login), refused)
  const register = () => client.register({ email: 'no address', username: 'x', password: 'y' })
  await t.rejects(decided(register), {
    code: 'invalid_request',
    status: 400,
    problem: { errors: [{ path: '/email' }] },
  })
  const accept = () => client.acceptInvitation({ token: 'none', password: PASSWORD })
  await t.rejects(decided(accept), { code: 'invalid_link' })
  t.equal(client.session, null)
})

t.test('no answer, and one of somebody else, is unavailable', async (t) => {
  for (const answer of [() => Promise.reject(new TypeError('no network')), async () => new Response('<html>')]) {
    const client = createClient({ authUrl, delivery: 'body', fetch: answer })
    const error = await client.login({ email: 'a@example.test', password: PASSWORD }).catch((thrown) => thrown)
    t.ok(error instanceof AuthError)
    t.match(error, { code: 'unavailable', status: 0 })
  }
})

t.test('a refusal says how long to wait', async (t) => {
  const fetch = async () =>
    Response.json({ code: 'too_many_requests', detail: 'Later.' }, { status: 429, headers: { 'retry-after': '7' } })
  const client = createClient({ authUrl, fetch })
  const refused = { code: 'too_many_requests', retryAfterSeconds: 7, message: 'Later.' }
  await t.rejects(client.login({ username: 'a', password: 'b' }), refused)
})

t.test('a registration signs in', async (t) => {
  const client = createClient({ authUrl, delivery: 'body' })
  const registration = { email: 'new@example.test', username: 'new', password: PASSWORD }
  t.match(await decided(() => client.register(registration)), { user: { username: 'new' } })
  t.equal(await statusOf(() => client.fetch(`${authUrl}/auth/me`)), 200)
})

t.test('a registration whose address has to be verified first signs nobody in', async (t) => {
  const client = createClient({ authUrl, fetch: async () => Response.json({}, { status: 202 }) })
  t.equal(await client.register({ email: 'a@example.test', username: 'a', password: PASSWORD }), null)
  t.equal(client.session, null)
})

t.test('an invitation that is accepted signs in', async (t) => {
  const { email, token } = await auth.invite()
  const client = createClient({ authUrl, delivery: 'body' })
  const invitation = { token, password: PASSWORD, username: 'guest' }
  t.match(await decided(() => client.acceptInvitation(invitation)), { user: { email } })
  t.equal(await statusOf(() => client.fetch(`${authUrl}/auth/me`)), 200)
})

t.test('a change of password brings new tokens, with the method and with a call of one’s own', async (t) => {
  const kept: Tokens[] = []
  const store: TokenStore = { read: () => kept.at(-1), write: (tokens) => void kept.push(tokens) }
  const { client, me, clock, heard } = await signedIn(t, auth, { store, account: await auth.newAccount() })
  await decided(() => client.changePassword({ currentPassword: PASSWORD, newPassword: `${PASSWORD}-2` }))
  const wrong = () => client.changePassword({ currentPassword: PASSWORD, newPassword: `${PASSWORD}-3` })
  await t.rejects(decided(wrong), { code: 'wrong_password', status: 403 })
  const change = { currentPassword: `${PASSWORD}-2`, newPassword: `${PASSWORD}-3` }
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) }
  t.equal(await statusOf(() => client.fetch(`${authUrl}/auth/password`, init)), 200)
  const before = await auth.countRefreshes()
  t.equal(await me(), 200)
  t.equal(await auth.countRefreshes(), before, 'the new token is in use')
  // Longer than the grace: the old refresh tokens are dead.
  auth.advance(60_000)
  clock.advance(15 * 60_000)
  t.equal(await me(), 200)
  t.same(heard.ended, [])
  t.equal(new Set(kept.map(({ refreshToken }) => refreshToken)).size, 4)
  t.equal(new Set(kept.map(({ deviceToken }) => deviceToken)).has(undefined), false)
})

t.test('a program that starts again goes on where it stopped', async (t) => {
  let text: string | undefined
  const store: TokenStore = {
    read: async () => (text === undefined ? undefined : JSON.parse(text)),
    write: async (tokens) => {
      text = JSON.stringify(tokens)
    },
  }
  const { client, account } = await signedIn(t, auth, { store })
  const device = client.session?.device.id
  const again = createClient({ authUrl, delivery: 'body', store })
  t.match(await decided(again.restore), { user: { email: account.email }, device: { id: device } })
  const before = await auth.countRefreshes()
  await again.restore()
  t.equal(await auth.countRefreshes(), before, 'what is known is not asked for')
})

t.test('who is signed in is heard of, until nobody listens', async (t) => {
  const { email } = await auth.sharedAccount()
  const client = createClient({ authUrl, delivery: 'body' })
  const heard: unknown[] = []
  const stop = client.on('session', (session) => heard.push(session?.user.email))
  await decided(() => client.login({ email, password: PASSWORD }))
  stop()
  await decided(client.logout)
  t.same(heard, [email])
})
