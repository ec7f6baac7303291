import t from 'tap'
import { operation, outage, refresh, refused, signIn, unavailable, violated } from './written-history.ts'

t.test('a client that repeats a refresh after a 503 and continues violates nothing', async (t) => {
  const lost = unavailable({ start: 200, call: 'refresh', session: 's1', sent: 1 })
  t.same(violated(signIn(0), lost, refresh(500, 1), refresh(900, 2)), [])
})

t.test('an honest client that is refused for theft is found', async (t) => {
  t.same(violated(signIn(0), refresh(100, 1), refused(200, 2, 'token_reused')), ['I-NOFALSETHEFT'])
  t.same(violated(signIn(0), refresh(100, 1), refused(200, 2, 'token_superseded')), ['I-NOFALSETHEFT'])
})

t.test('a client may be refused for theft after a theft', async (t) => {
  const theft = refused(3000, 1, 'token_reused', { actor: 'thief' })
  const verdict = refused(3200, 3, 'session_ended', { reason: 'token_reused' })
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), theft, verdict), [])
  t.same(violated(signIn(0), refused(200, 1, 'token_reused'), { ...theft, start: 300, end: 310 }), ['I-NOFALSETHEFT'])
})

t.test('a session that was not revoked must not be reported as ended', async (t) => {
  t.same(violated(signIn(0), refused(200, 1, 'session_ended', { reason: 'unknown' })), ['I-NOFALSETHEFT'])
})

t.test('the reported reason must be that of a revocation', async (t) => {
  const ended = operation({ start: 100, call: 'revoke-device', actor: 'revoker', status: 204 })
  t.same(violated(signIn(0), ended, refused(200, 1, 'session_ended', { reason: 'revoked_by_admin' })), [])
  t.same(violated(signIn(0), ended, refused(200, 1, 'session_ended', { reason: 'signed_out' })), ['I-NOFALSETHEFT'])
})

t.test('a revocation that was not acknowledged may have happened', async (t) => {
  const lost = unavailable({ start: 100, call: 'sign-out', session: 's1' })
  t.same(violated(signIn(0), lost, refused(200, 1, 'session_ended', { reason: 'signed_out' })), [])
  t.same(violated(signIn(0), lost, refresh(200, 1)), [])
})

t.test('a revocation that was refused, or done before the sign-in, explains nothing', async (t) => {
  const over = refused(500, 1, 'session_ended', { reason: 'revoked_by_user' })
  const denied = operation({ start: 300, call: 'revoke-own-device', status: 401, code: 'token_revoked' })
  t.same(violated(signIn(200), denied, over), ['I-NOFALSETHEFT'])
  const before = unavailable({ start: 100, call: 'revoke-own-device' })
  t.same(violated(before, signIn(200), over), ['I-NOFALSETHEFT'])
})

t.test('no server refuses an access token of a live session', async (t) => {
  for (const call of ['who-am-i', 'employees'] as const) {
    const denied = operation({ start: 300, call, session: 's1', status: 401, code: 'token_revoked' })
    t.same(violated(signIn(0), denied), ['I-NOFALSETHEFT'], call)
    const elsewhere = operation({ start: 100, call: 'sign-out-everywhere', session: 's0', status: 204 })
    t.same(violated(signIn(0), elsewhere, denied), [], call)
  }
})

t.test('a correct password is refused only while the account may be disabled', async (t) => {
  const denied = operation({ start: 500, call: 'sign-in', status: 403, code: 'account_disabled' })
  const disabled = operation({ start: 100, call: 'disable', actor: 'revoker' })
  t.same(violated(denied), ['I-NOFALSETHEFT'])
  t.same(violated(disabled, denied), [])
  t.same(violated(disabled, operation({ start: 200, call: 'enable', actor: 'revoker' }), denied), ['I-NOFALSETHEFT'])
})

t.test('an outage excuses no verdict', async (t) => {
  const during = refused(1200, 1, 'session_ended', { reason: 'unknown' })
  t.same(violated(signIn(0), outage(1000, 2000), during), ['I-NOFALSETHEFT'])
})
