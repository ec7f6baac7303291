import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { runOn } from '../support/run-command.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const { environment } = auth
const { pool, close } = createDatabase<unknown>({
  url: environment.databaseUrl,
  schema: environment.schema,
  ...NO_HURRY,
})
t.teardown(close)

t.test('every address counts as verified, and the next token says so', async (t) => {
  const user = await auth.newUser()
  const other = await auth.newUser()
  await asAdmin('PATCH', `/admin/users/${other.userId}`, { status: 'disabled' })
  t.match(await runOn(auth, ['verify-all']), { code: 0, printed: [], noted: /from now on: 2\./ })
  const token = (await refreshWith(auth, user.refreshToken)).json().accessToken
  t.match(claimsOf(token), { email: user.email, email_verified: true })
  t.equal((await asAdmin('GET', `/admin/users/${other.userId}`)).json().user.emailVerified, true)
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${user.userId}&type=email_verified`)).json()
  t.match(items, [{ actorId: 'command-line:admin', subjectId: user.userId }])
  t.match(await runOn(auth, ['verify-all']), { code: 0, noted: /from now on: 0\./ })
})

t.test('an address that waits for its owner is not vouched for, nor that of an invitation', async (t) => {
  const squatter = await auth.newUser()
  const invited = await auth.newUser()
  await pool.query(
    `update users set self_registered = true, unverified_until = now() + interval '7 days' where id = $1`,
    [squatter.userId],
  )
  await pool.query(`update users set status = 'invited', password_hash = null where id = $1`, [invited.userId])
  t.match(await runOn(auth, ['verify-all']), { code: 0, noted: /from now on: 0\./ })
  for (const { userId } of [squatter, invited]) {
    t.equal((await asAdmin('GET', `/admin/users/${userId}`)).json().user.emailVerified, false)
  }
})
