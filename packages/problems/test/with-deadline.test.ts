import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { withDeadline } from '../src/index.ts'

const never = new Promise<never>(() => {})

t.test('work that settles in time settles the wait', async (t) => {
  t.equal(await withDeadline(Promise.resolve(7), 1000), 7)
  t.equal(await withDeadline(async () => 7, 1000), 7)
  await t.rejects(withDeadline(Promise.reject(new Error('no')), 1000), { message: 'no' })
})

t.test('a missed deadline rejects with an error that names what was waited for', async (t) => {
  await t.rejects(withDeadline(never, 10, { what: 'Redis' }), { message: 'Redis did not answer within 10 ms' })
})

t.test('a missed deadline may have another error', async (t) => {
  await t.rejects(withDeadline(never, 10, { onMiss: () => new TypeError('mine') }), { name: 'TypeError' })
})

t.test('work that is a function gets a signal, which aborts at the deadline', async (t) => {
  let received: AbortSignal | undefined
  const work = (signal: AbortSignal) => {
    received = signal
    return never
  }
  await t.rejects(withDeadline(work, 10), { message: /did not answer/ })
  t.match(received?.reason, { message: /did not answer/ })
})

t.test('the wait ends with the signal of the caller, and rejects with its reason', async (t) => {
  const reason = new Error('the caller left')
  const controller = new AbortController()
  const waiting = withDeadline(never, 60_000, { signal: controller.signal })
  controller.abort(reason)
  await t.rejects(waiting, reason)
  await t.rejects(withDeadline(Promise.resolve(7), 60_000, { signal: controller.signal }), reason)
})

t.test('an answer that arrived while the process was paused counts', async (t) => {
  const answer = sleep(5).then(() => 'here')
  const waiting = withDeadline(answer, 10)
  const until = performance.now() + 50
  while (performance.now() < until);
  t.equal(await waiting, 'here')
})
