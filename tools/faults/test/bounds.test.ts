import t from 'tap'
import { operation, outage, refresh, signIn, unavailable, violated } from './written-history.ts'

t.test('a call that takes too long is a violation, unless the machine was stalled', async (t) => {
  const slow = operation({ start: 100, end: 6000, call: 'who-am-i', session: 's1' })
  t.same(violated(signIn(0), slow), ['I-BOUNDED'])
  t.same(violated(signIn(0), slow, { kind: 'stall', start: 500, end: 2000 }), [])
})

t.test('what a fault leaves possible is not 503', async (t) => {
  const full = outage(1000, 2000, { mustServe: ['refresh'] })
  t.same(violated(signIn(0), refresh(1500, 1), full, refresh(2500, 2)), [])
  const refused = unavailable({ start: 1500, call: 'refresh', session: 's1', sent: 1 })
  t.same(violated(signIn(0), refused, full, refresh(2500, 1)), ['I-SERVED'])
  const other = unavailable({ start: 1500, call: 'sign-in', user: 'ben' })
  t.same(violated(signIn(0), other, full, refresh(2500, 1)), [])
})
