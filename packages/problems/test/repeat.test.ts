import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { repeat } from '../src/index.ts'

// A loop keeps no process alive: this does.
const alive = setInterval(() => {}, 60_000)
t.teardown(() => clearInterval(alive))

t.test('a task runs again and again until the signal aborts', async (t) => {
  const stopping = new AbortController()
  let runs = 0
  const task = async () => {
    runs++
    if (runs === 3) stopping.abort()
  }
  await repeat(task, { everyMs: 1, signal: stopping.signal, onError: (error) => t.error(error) })
  t.equal(runs, 3)
})

t.test('an error goes to onError, and the loop continues', async (t) => {
  const stopping = new AbortController()
  const errors: unknown[] = []
  const failures = [
    () => {
      throw new Error('at once')
    },
    () => Promise.reject(new Error('later')),
    async () => stopping.abort(),
  ]
  const task = () => failures.shift()?.() ?? Promise.resolve()
  await repeat(task, { everyMs: 1, signal: stopping.signal, onError: (error) => errors.push(error) })
  t.match(errors, [{ message: 'at once' }, { message: 'later' }])
})

t.test('a task that is due at once and fails is run again after the shorter pause', async (t) => {
  const stopping = new AbortController()
  const errors: unknown[] = []
  const task = async () => {
    if (errors.length === 0) throw new Error('not yet')
    stopping.abort()
  }
  const onError = (error: unknown) => errors.push(error)
  await repeat(task, { everyMs: 3_600_000, atOnce: true, retryMs: 1, signal: stopping.signal, onError })
  t.match(errors, [{ message: 'not yet' }])
})

t.test('a loop that is stopped before its first run never runs', async (t) => {
  const task = async () => t.fail('ran')
  const signal = AbortSignal.abort()
  await repeat(task, { everyMs: 60_000, signal, onError: () => {} })
  await repeat(task, { everyMs: 60_000, atOnce: true, signal, onError: () => {} })
})

t.test('runs never overlap', async (t) => {
  const stopping = new AbortController()
  let running = 0
  let runs = 0
  const task = async () => {
    t.equal(++running, 1)
    await sleep(5)
    running--
    if (++runs === 3) stopping.abort()
  }
  await repeat(task, { everyMs: 1, signal: stopping.signal, onError: (error) => t.error(error) })
})
