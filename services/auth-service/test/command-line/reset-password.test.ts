import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { ADMIN, administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { runOn } from '../support/run-command.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const { environment } = auth
const { pool, close } = createDatabase<unknown>({
  url: environment.databaseUrl,
  schema: environment.schema,
  ...NO_HURRY,
})
t.teardown(close)

t.test('the last administrator gets a link, made from the settings and not from anything else', async (t) => {
  for (const [settings, start] of [
    [{}, 'http://localhost:3001/console'],
    [{ AUTH_PORT: '4001' }, 'http://localhost:4001/console'],
    [{ TOKEN_ISSUER: 'https://issuer.example.test/' }, 'https://issuer.example.test/console'],
    [{ PUBLIC_URL: 'https://id.example.test/path' }, 'https://id.example.test/path/console'],
    [{ LINKS_URL: 'https://app.example.test/links' }, 'https://app.example.test/links'],
  ] as const) {
    const { code, printed, noted } = await runOn(auth, ['reset-password', ADMIN.email], {
      ...settings,
      REDIS_URL: undefined,
    })
    t.equal(code, 0)
    t.equal(printed.length, 1, 'the link alone, for a script')
    const [, base, token = ''] = /^(.*)\/reset#token=([\w-]{43})$/.exec(printed[0] ?? '') ?? []
    t.equal(base, start)
    t.notMatch(noted, token)
    t.match(noted, /works once, until \d{4}-/)
  }
  t.equal((await auth.call('POST', '/auth/login', { body: ADMIN })).statusCode, 200, 'nothing has changed so far')
})

t.test('the trail has it as the command’s, and neither trail nor database has the token', async (t) => {
  const { userId, email } = await auth.newUser()
  const { printed } = await runOn(auth, ['reset-password', email])
  const token = printed[0]?.split('#token=')[1] ?? ''
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${userId}&type=password_reset_requested`)).json()
  t.match(items, [{ actorId: 'command-line:admin', subjectId: userId }])
  for (const table of ['links', 'link_tokens', 'mails', 'audit_events']) {
    const { rows } = await pool.query(`select ${table}::text as row from ${table}`)
    t.notOk(
      rows.some(({ row }) => row.includes(token)),
      table,
    )
  }
  const { rows } = await pool.query(`select shown, purpose from links where user_id = $1`, [userId])
  t.same(rows, [{ shown: true, purpose: 'password_reset' }], 'it was shown: its use proves no mailbox')
})

t.test('an account without a password to reset gets no link', async (t) => {
  const [disabled, invited] = [await auth.newUser(), await auth.newUser()]
  await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
  await pool.query(`update users set status = 'invited', password_hash = null where id = $1`, [invited.userId])
  t.match(await runOn(auth, ['reset-password', disabled.email]), { code: 1, printed: [], noted: /is disabled/ })
  t.match(await runOn(auth, ['reset-password', invited.email]), { code: 1, printed: [], noted: /is invited/ })
  t.match(await runOn(auth, ['reset-password', 'x@example.test']), { code: 1, printed: [], noted: /no account/ })
})

t.test('the last administrator who forgot the password comes back by the link, which works once', async (t) => {
  // As that of an older version, which nothing had verified.
  await pool.query(`update users set email_verified_at = null where email = $1`, [ADMIN.email])
  const { refreshToken } = await auth.signInAdmin()
  const { printed } = await runOn(auth, ['reset-password', ADMIN.email])
  const [, token] = printed[0]?.split('#token=') ?? []
  const password = 'nine herons over a slow river'
  const reset = () => auth.call('POST', '/auth/password/reset', { body: { token, password } })
  t.equal((await reset()).statusCode, 204)
  t.match((await reset()).json(), { status: 400, code: 'invalid_link' })
  t.equal((await auth.call('POST', '/auth/login', { body: ADMIN })).json().code, 'invalid_credentials')
  t.match((await refreshWith(auth, refreshToken)).json(), { code: 'session_ended', reason: 'password_changed' })
  const { user } = (await auth.call('POST', '/auth/login', { body: { email: ADMIN.email, password } })).json()
  t.match(user, { roles: ['admin'], emailVerified: false }, 'a link that was shown proves no mailbox')
})
