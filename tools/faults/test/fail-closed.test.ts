import t from 'tap'
import { check, operation, outage, refresh, refused, signIn, unavailable, violated } from './written-history.ts'

t.test('503 with Retry-After is the only response to what the server cannot know', async (t) => {
  t.same(violated(unavailable({ start: 0, call: 'sign-in' })), [])
  const { retryAfter: _, ...bare } = unavailable({ start: 0, call: 'sign-in' })
  t.same(violated(bare), ['I-FAILCLOSED'])
  for (const status of [0, 400, 404, 429, 500, 502]) {
    t.same(violated(operation({ start: 0, call: 'sign-out', session: 's1', status })), ['I-FAILCLOSED'], `${status}`)
  }
})

t.test('only a verdict deletes the cookie', async (t) => {
  const failed = unavailable({ start: 100, call: 'refresh', session: 's1', sent: 1 })
  t.same(violated(signIn(0), { ...failed, cleared: true }), ['I-FAILCLOSED'])
  const signOut = operation({ start: 100, call: 'sign-out', session: 's1', status: 204, cleared: true })
  const verdict = refused(200, 1, 'session_ended', { reason: 'signed_out', cleared: true })
  t.same(violated(signIn(0), signOut, verdict), [])
  const superseded = refused(3000, 1, 'token_superseded', { actor: 'thief', cleared: true })
  t.same(violated(signIn(0), superseded), ['I-FAILCLOSED'])
})

t.test('a client that gets nothing but 503 after the outage is found', async (t) => {
  const store = outage(1000, 2000)
  const still = unavailable({ start: 2500, call: 'refresh', session: 's1', sent: 1 })
  t.same(violated(signIn(0), store, still), ['I-RECOVER'])
  t.same(violated(signIn(0), store, still, refresh(3000, 1)), [])
  t.same(violated(signIn(0), store), [], 'it did not try')
})

t.test('recovery is measured from the end of the outage to the first refresh that succeeds', async (t) => {
  const { recoveryMs } = check(signIn(0), refresh(100, 1), outage(1000, 2000), refresh(2300, 2), refresh(2600, 3))
  t.same(recoveryMs, [310])
})

t.test('honest sessions, thefts, acknowledged revocations and the time of a 503 are counted', async (t) => {
  const { operations, honestSessions, thefts, revocations, unavailableMs } = check(
    signIn(0),
    signIn(0, { session: 's2', device: 'desk' }),
    refused(3000, 1, 'token_reused', { actor: 'thief' }),
    unavailable({ start: 3500, call: 'sign-out', session: 's2' }),
    operation({ start: 4000, call: 'sign-out', session: 's2', status: 204 }),
  )
  t.same([operations, honestSessions, thefts, revocations], [5, 1, 1, 1])
  t.same(unavailableMs, [10])
})
