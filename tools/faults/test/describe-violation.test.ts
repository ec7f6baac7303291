import t from 'tap'
import { describeViolation } from '../src/checker/describe-violation.ts'
import { check, operation, outage, refresh, signIn } from './written-history.ts'

t.test('a violation is described with the history of its session and of no other', async (t) => {
  const records = [
    signIn(0),
    signIn(50, { session: 's2', user: 'bert' }),
    operation({ start: 200, call: 'sign-out', session: 's1', status: 204 }),
    outage(300, 400, { lostFrom: 250 }),
    refresh(500, 1, { actor: 'prober' }),
    refresh(5000, 2, { actor: 'prober' }),
  ]
  const [violation] = check(...records).violations
  t.ok(violation)
  if (!violation) return
  t.same(describeViolation(violation, records).split('\n'), [
    'I-NORESURRECT: refresh works 290 ms after the revocation',
    '     0.000–   0.010  client → auth-1: sign-in device phone session s1 = 200 generation 1',
    '     0.200–   0.210  client → auth-1: sign-out device phone session s1 = 204',
    '     0.300–   0.400  *** outage, writes since    0.250 lost',
    '>    0.500–   0.510  prober → auth-1: refresh device phone session s1 generation 1 = 200 generation 2',
  ])
})
