import t from 'tap'
import { tableOf, upperBound } from '../src/report/table.ts'
import { check, outage, refresh, signIn } from './written-history.ts'

t.test('the table shows what was counted, with an upper bound of the violations', async (t) => {
  const findings = check(signIn(0), outage(1000, 2000), refresh(2100, 1), refresh(2400, 2))
  const [head, , row] = tableOf([{ title: 'an outage', topology: 'cluster', faults: 1, ...findings }]).split('\n')
  t.match(head, /^\| scenario \| Redis \| faults \| operations \|/)
  t.equal(row, '| an outage | cluster | 1 | 3 | 1 | 0 | 0 | 0 (≤ 99 %) | 110 ms / 110 ms / 110 ms | – |')
})

t.test('no violation in n operations means at most 3 in n, with 95 % confidence', async (t) => {
  t.ok(Math.abs(upperBound(0) - 3) < 0.05)
  t.ok(Math.abs(upperBound(10) - 16.96) < 0.05)
})
