import { Redis } from 'ioredis'
import t from 'tap'
import { ADMIN, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startGoingBack, untilRefused, untilServed } from '../support/gone-back.ts'
import { claimsOf } from '../support/tokens.ts'

const going = await startGoingBack(t)
const { auth, redis } = going

const asAdmin = async (method: string, url: string, body?: object) => {
  const { accessToken } = await auth.signInAdmin()
  return auth.call(method, url, { token: accessToken, ...(body && { body }) })
}

const passwordOf = (user: { email: string }, password = PASSWORD) => ({ email: user.email, password, delivery: 'body' })

t.test(
  'a Postgres that was restored by hand serves nothing until it is reconciled, and nothing comes back to life',
  async (t) => {
    const disabled = await auth.newUser()
    const signedOut = await auth.newUser()
    const everywhere = await auth.newUser()
    const demoted = await auth.newUser({ roles: ['user', 'hr'] })
    const erased = await auth.newUser()
    const renewed = await auth.newUser()
    const honest = await auth.newUser()
    const key = 'leaked-key'
    await going.backUp()

    await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
    await auth.call('POST', '/auth/logout', { body: { refreshToken: signedOut.refreshToken } })
    await auth.call('POST', '/auth/logout-all', { token: everywhere.accessToken })
    await asAdmin('PATCH', `/admin/users/${demoted.userId}`, { roles: ['user'] })
    await asAdmin('DELETE', `/admin/users/${erased.userId}`)
    await asAdmin('DELETE', `/admin/keys/${key}`)
    const newPassword = 'copper-lantern-drifts-9'
    await auth.call('POST', '/auth/password', {
      token: renewed.accessToken,
      body: { currentPassword: PASSWORD, newPassword },
    })
    const later = await auth.signIn(honest.email)
    const newcomer = await auth.newUser()
    await going.untilMarked()

    await going.restore()
    await untilRefused(auth)
    const answer = await going.once('POST', '/auth/refresh', { body: { refreshToken: honest.refreshToken } })
    t.equal(answer.statusCode, 503)
    t.equal(answer.json().code, 'reconciliation_required')
    t.ok(Number(answer.headers['retry-after']) > 0, 'it says when to ask again')
    const form = await going.once('POST', '/oauth/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    t.equal(form.statusCode, 503, 'services get it as RFC 6749 has errors')
    t.equal(form.json().error, 'temporarily_unavailable')
    t.equal((await going.once('GET', '/health/live')).statusCode, 200)
    t.equal((await going.once('GET', '/health/ready')).statusCode, 503)
    const ready = await auth.app.operations.inject('/health/ready')
    t.equal(ready.json().checks.reconciliation.status, 'unavailable', 'readiness says why')
    const lines = auth.logs.lines().filter(({ event }) => event === 'postgres_rolled_back')
    t.ok(lines.length > 0 && lines.every(({ msg }) => String(msg).includes('npm run admin -- reconcile')))

    const beside = await startAuthService(t, { beside: auth })
    t.equal((await beside.once.call('POST', '/auth/login', { body: ADMIN })).json().code, 'reconciliation_required')

    const { code, printed, noted } = await going.reconcile()
    t.equal(code, 0, noted)
    const report = printed.join('\n')
    for (const { userId } of [disabled, erased, newcomer, everywhere, demoted, renewed]) t.match(report, userId)
    t.match(report, key)
    await untilServed(auth)
    await untilServed(beside)

    for (const service of [auth, beside]) {
      const reasonOf = async ({ refreshToken }: { refreshToken: string }) =>
        (await refreshWith(service, refreshToken)).json().reason
      t.equal(await reasonOf(disabled), 'account_disabled')
      t.equal(await reasonOf(signedOut), 'signed_out')
      t.equal(await reasonOf(everywhere), 'signed_out_everywhere')
      t.equal((await refreshWith(service, newcomer.refreshToken)).statusCode, 401, 'nobody knows the account')
      t.equal((await refreshWith(service, erased.refreshToken)).statusCode, 401)
      const signIn = (user: { email: string }, password?: string) =>
        service.call('POST', '/auth/login', { body: passwordOf(user, password) })
      t.equal((await signIn(disabled)).json().code, 'account_disabled')
      t.equal((await signIn(erased)).statusCode, 401)
      t.equal((await signIn(renewed)).statusCode, 401, 'the password of the backup is void')
      for (const { accessToken } of [disabled, everywhere, demoted, newcomer, erased]) {
        t.equal((await service.call('GET', '/auth/me', { token: accessToken })).statusCode, 401)
      }
    }
    const { accessToken } = (await refreshWith(auth, demoted.refreshToken)).json()
    t.ok(Number(claimsOf(accessToken).ver) > 0, 'versions go on from the highest one')
    t.equal((await refreshWith(auth, honest.refreshToken)).statusCode, 200, 'who was signed in stays so')
    t.equal((await refreshWith(beside, later.refreshToken)).statusCode, 200, 'who has signed in since, too')
    t.equal((await auth.newUser()).accessToken.length > 0, true, 'new accounts can be made')
  },
)

t.test('what was reconciled outlives a Redis that is emptied afterwards', async (t) => {
  const ended = await auth.newUser()
  const live = await auth.newUser()
  await going.backUp()
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  const later = await auth.signIn(live.email)
  await going.untilMarked()
  await going.restore()
  await untilRefused(auth)
  t.equal((await going.reconcile()).code, 0)
  await untilServed(auth)

  const client = new Redis(redis.url)
  await client.flushall()
  client.disconnect()
  await untilServed(auth)
  t.equal((await refreshWith(auth, ended.refreshToken)).statusCode, 401)
  t.equal((await refreshWith(auth, live.refreshToken)).statusCode, 200)
  t.equal((await refreshWith(auth, later.refreshToken)).statusCode, 200, 'its opening was recorded')
})

t.test('where Postgres is as new as Redis there is nothing to reconcile', async (t) => {
  const { code, printed, noted } = await going.reconcile()
  t.equal(code, 0)
  t.same(printed, [])
  t.match(noted, 'nothing to reconcile')
  t.equal((await auth.call('GET', '/health/ready')).statusCode, 200)
})
