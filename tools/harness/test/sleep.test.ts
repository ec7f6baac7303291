import t from 'tap'
import { poll, sleep } from '../src/index.ts'

t.test('a sleep ends early when its signal aborts, and never rejects', async (t) => {
  const stop = new AbortController()
  const start = performance.now()
  setTimeout(() => stop.abort(), 10)
  await sleep(60_000, stop.signal)
  await sleep(60_000, stop.signal)
  t.ok(performance.now() - start < 30_000)
})

t.test('a poll gives up when the time is over, and at once when its signal aborts', async (t) => {
  t.equal(await poll(() => false, { timeoutMs: 20, intervalMs: 5 }), false)
  t.equal(await poll(() => false, { timeoutMs: 60_000, intervalMs: 60_000, signal: AbortSignal.abort() }), false)
})

t.test('a condition that holds in the last check counts', async (t) => {
  let checks = 0
  t.equal(await poll(() => ++checks > 1, { timeoutMs: 0, intervalMs: 20 }), false, 'no second check after the time')
  t.equal(await poll(() => true, { timeoutMs: 0 }), true)
})
