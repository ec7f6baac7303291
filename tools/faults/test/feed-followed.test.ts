import t from 'tap'
import type { Operation } from '../src/history/history-record.ts'
import { operation, outage, violated } from './written-history.ts'

const cut = outage(10_000, 70_000, {
  what: 'feed',
  servers: ['old', 'new', 'strict'],
  startedDuring: ['new'],
  strict: { servers: ['strict'], afterMs: 30_000 },
})
const ready = (server: string, start: number, status: number, reason: string): Operation =>
  operation({ start, call: 'ready', user: '', server, status, reason })
const employees = (server: string, start: number, status: number): Operation =>
  operation({ start, call: 'employees', server, status, ...(status === 503 && { retryAfter: 1 }) })

t.test('a verifier that is cut off continues to serve, and reports that it is degraded', async (t) => {
  t.same(violated(cut, ready('old', 20_000, 200, 'degraded'), employees('old', 20_000, 200)), [])
  t.same(violated(cut, ready('old', 20_000, 200, 'ok')), ['I-FEED'])
  t.same(violated(cut, ready('old', 20_000, 503, 'unavailable')), ['I-FEED'])
  t.same(violated(cut, employees('old', 20_000, 503)), ['I-FEED'])
})

t.test('one that never read the feed refuses everything, and is not ready', async (t) => {
  t.same(violated(cut, ready('new', 20_000, 0, ''), ready('new', 21_000, 503, ''), employees('new', 20_000, 503)), [])
  t.same(violated(cut, ready('new', 20_000, 200, 'degraded')), ['I-FEED'])
  t.same(violated(cut, employees('new', 20_000, 401)), ['I-FEED'])
})

t.test('one that must refuse stale data does so after its time limit', async (t) => {
  t.same(violated(cut, employees('strict', 30_000, 200), employees('strict', 41_000, 503)), [])
  t.same(violated(cut, employees('strict', 41_000, 200)), ['I-FEED'])
})

t.test('all of them recover soon after the fault', async (t) => {
  t.same(violated(cut, ready('new', 76_000, 200, 'ok'), employees('strict', 76_000, 200)), [])
  t.same(violated(cut, ready('new', 76_000, 0, ''), employees('new', 76_100, 503)), [], 'that one may still start')
  t.same(violated(cut, ready('old', 76_000, 200, 'degraded')), ['I-FEED'])
  t.same(violated(cut, ready('new', 75_000, 200, 'ok'), employees('new', 76_000, 503)), ['I-FEED'])
})
