import type { Exit } from '@latchkey/harness'
import t from 'tap'
import { keepRunning, type Running } from '../src/services/keep-running.ts'

/** Stands for a process: ends when the test says so, or when it is stopped. */
function pretended(): Running & { end(exit: Exit): void } {
  const { promise: ended, resolve: end } = Promise.withResolvers<Exit>()
  return { ended, end, stop: async () => end({ code: 0, signal: null }) }
}

const killed: Exit = { code: null, signal: 'SIGKILL' }

t.test('a process that dies is started again, each time after twice the delay', async (t) => {
  const reports: string[] = []
  const restarts = [pretended(), pretended()] as const
  const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  let count = 0
  const first = pretended()
  const kept = keepRunning({
    name: 'it',
    first,
    restart: () => {
      const index = count++ === 0 ? 0 : 1
      started[index].resolve()
      return restarts[index]
    },
    report: (line) => reports.push(line),
  })
  first.end(killed)
  await started[0].promise
  restarts[0].end({ code: 2, signal: null })
  await started[1].promise
  await kept.stop()
  t.same(reports, [
    'it ended (SIGKILL); starting it again in 0.25 s',
    'it ended (exit code 2); starting it again in 0.5 s',
  ])
})

t.test('a start that fails is tried again', async (t) => {
  const up = pretended()
  const started = Promise.withResolvers<void>()
  let attempts = 0
  const first = pretended()
  const kept = keepRunning({
    name: 'it',
    first,
    restart: () => {
      if (++attempts === 1) throw new Error('not now')
      started.resolve()
      return up
    },
    report: () => {},
  })
  first.end(killed)
  await started.promise
  await kept.stop()
  t.same(await up.ended, { code: 0, signal: null })
})

t.test('a stop during the delay starts nothing any more', async (t) => {
  const first = pretended()
  const reported = Promise.withResolvers<void>()
  const kept = keepRunning({
    name: 'it',
    first,
    restart: () => {
      t.fail('it was started again')
      return pretended()
    },
    report: () => reported.resolve(),
  })
  first.end(killed)
  await reported.promise
  await kept.stop()
})

t.test('a death that allows no other attempt ends the watch', async (t) => {
  const first = pretended()
  const asked = Promise.withResolvers<Exit>()
  const kept = keepRunning({
    name: 'it',
    first,
    restart: () => {
      t.fail('it was started again')
      return pretended()
    },
    report: () => t.fail('it was going to be started again'),
    mayRestart: (exit) => {
      asked.resolve(exit)
      return false
    },
  })
  first.end({ code: 1, signal: null })
  t.same(await asked.promise, { code: 1, signal: null })
  await kept.stop()
})
