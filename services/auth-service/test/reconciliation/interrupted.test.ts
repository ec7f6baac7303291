import { tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, refreshWith } from '../support/auth-service.ts'
import { startGoingBack, untilRefused, untilServed } from '../support/gone-back.ts'

t.test('a reconciliation that is killed wherever it is has nothing served, and is run again', async (t) => {
  const going = await startGoingBack(t)
  const { auth, environment } = going
  const disabled = await auth.newUser()
  const ended = await auth.newUser()
  const live = await auth.newUser()
  await going.backUp()
  const asAdmin = await administratorOf(auth)
  await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  const newcomer = await auth.newUser()
  await going.untilMarked()
  await going.restore()
  await untilRefused(auth)

  let left = 0
  const relay = await tcpRelay(t, environment.databaseUrl, {
    onChunk({ from }) {
      if (from === 'server' && --left === 0) setImmediate(() => relay.cut())
      return undefined
    },
  })
  let interrupted = 0
  let result = { code: 1, printed: [] as readonly string[], noted: '' }
  for (let answers = 3; result.code !== 0; answers += 2) {
    left = answers
    result = await going.reconcile({ DATABASE_URL: relay.url })
    if (result.code === 0) break
    interrupted++
    const refresh = await going.once('POST', '/auth/refresh', { body: { refreshToken: live.refreshToken } })
    t.equal(refresh.json().code, 'reconciliation_required', `after ${answers} answers of Postgres`)
  }
  t.ok(interrupted > 3, `it was interrupted in ${interrupted} places`)
  await untilServed(auth)

  const signIn = await auth.call('POST', '/auth/login', { body: { email: disabled.email, password: PASSWORD } })
  t.equal(signIn.json().code, 'account_disabled')
  t.equal((await refreshWith(auth, disabled.refreshToken)).json().reason, 'account_disabled')
  t.equal((await refreshWith(auth, ended.refreshToken)).json().reason, 'signed_out')
  t.equal((await refreshWith(auth, newcomer.refreshToken)).statusCode, 401)
  t.equal((await refreshWith(auth, live.refreshToken)).statusCode, 200)
})
