import t from 'tap'
import { operation, outage, refresh, refused, signIn, unavailable, violated } from './written-history.ts'

const signOut = operation({ start: 200, call: 'sign-out', session: 's1', status: 204 })

t.test('a refresh that succeeds after the sign-out was acknowledged is found', async (t) => {
  t.same(violated(signIn(0), signOut, refresh(300, 1, { actor: 'prober' })), ['I-NORESURRECT'])
})

t.test('a refresh concurrent with the sign-out may succeed', async (t) => {
  t.same(violated(signIn(0), refresh(205, 1, { end: 400 }), signOut), [])
})

t.test('a refresh after a sign-out that was not acknowledged may succeed', async (t) => {
  const lost = unavailable({ start: 200, call: 'sign-out', session: 's1' })
  t.same(violated(signIn(0), lost, refresh(300, 1)), [])
})

t.test('every acknowledged revocation counts, for the sessions opened before it', async (t) => {
  const later = refresh(500, 1)
  for (const call of ['revoke-device', 'revoke-own-device', 'revoke-all-devices', 'disable'] as const) {
    const end = operation({ start: 200, call, actor: 'revoker', status: 204 })
    t.same(violated(signIn(0), end, later), ['I-NORESURRECT'], call)
    t.same(violated(end, signIn(300), later), [], `${call}, before the sign-in`)
    t.same(violated(signIn(150, { end: 250 }), end, later), [], `${call}, concurrent with the sign-in`)
  }
  const other = operation({ start: 200, call: 'revoke-device', actor: 'revoker', status: 204, device: 'desk' })
  t.same(violated(signIn(0), other, later), [], 'another device')
})

t.test('404 for a device means that it has no session', async (t) => {
  const nothing = operation({
    start: 200,
    call: 'revoke-device',
    actor: 'revoker',
    status: 404,
    code: 'session_not_found',
  })
  t.same(violated(signIn(0), nothing, refresh(500, 1)), ['I-NORESURRECT'])
})

t.test('a session that was replaced, stolen, or reported as ended stays ended', async (t) => {
  const again = signIn(200, { session: 's2' })
  t.same(violated(signIn(0), again, refresh(500, 1)), ['I-NORESURRECT'])
  const theft = refused(200, 1, 'token_reused', { actor: 'thief' })
  t.same(violated(signIn(0), theft, refresh(500, 2)), ['I-NORESURRECT'])
  const lost = unavailable({ start: 100, call: 'sign-out', session: 's1' })
  const verdict = refused(200, 1, 'session_ended', { reason: 'signed_out' })
  t.same(violated(signIn(0), lost, verdict, refresh(500, 1)), ['I-NORESURRECT'])
})

t.test('auth-service refuses access tokens at once', async (t) => {
  t.same(violated(signIn(0), signOut, operation({ start: 250, call: 'who-am-i', session: 's1' })), ['I-NORESURRECT'])
})

t.test('verifiers refuse access tokens within the bound', async (t) => {
  const employees = (start: number) => operation({ start, call: 'employees', session: 's1', server: 'employees' })
  t.same(violated(signIn(0), signOut, employees(1150)), [])
  t.same(violated(signIn(0), signOut, employees(1300)), ['I-NORESURRECT'])
  t.same(
    violated(signIn(0), signOut, { kind: 'stall', start: 500, end: 700 }, employees(1300)),
    [],
    'stalls do not count',
  )
})

t.test('a verifier that is cut off refuses once it has caught up', async (t) => {
  const cut = outage(600, 9000, { what: 'feed', servers: ['employees'] })
  const employees = (start: number, server = 'employees') =>
    operation({ start, call: 'employees', session: 's1', server, actor: 'prober' })
  t.same(violated(signIn(0), signOut, cut, employees(8000)), [])
  t.same(violated(signIn(0), signOut, cut, employees(14_500)), ['I-NORESURRECT'])
  t.same(violated(signIn(0), signOut, cut, employees(8000, 'another')), ['I-NORESURRECT'])
  const known = { ...signOut, start: 200, end: 210 }
  t.same(
    violated(signIn(0), known, { ...cut, start: 2000 }, employees(3000)),
    ['I-NORESURRECT'],
    'it keeps what it knew',
  )
})
