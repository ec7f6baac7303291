import t from 'tap'
import { createPace } from '../../src/import-export/pace.ts'

const LIMITS = { patienceMs: 60_000, bytesPerSecond: 100, fairBytesPerSecond: 1000, grantedMs: 5000 }

/** A pace at a clock of its own. */
function paceAt(limits = LIMITS) {
  let time = 0
  let cuts = 0
  const pace = createPace(
    limits,
    () => (cuts += 1),
    () => time,
  )
  t.teardown(() => pace.stop())
  const wait = (ms: number, bytes: number): void => {
    pace.wait()
    time += ms
    pace.move(bytes)
  }
  return { pace, wait, pass: (ms: number) => (time += ms), cuts: () => cuts }
}
const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5))

t.test('patience ends with a client that moves nothing, and not with one that keeps the rate', async (t) => {
  for (const { bytes, isCut } of [
    { bytes: 0, isCut: true },
    { bytes: 99, isCut: true },
    { bytes: 100, isCut: false },
    { bytes: 10_000, isCut: false },
  ]) {
    const { pace, wait, cuts } = paceAt()
    for (let second = 0; second < 60_000; second++) wait(1000, bytes)
    // What is left of the patience is all that the next wait has.
    pace.wait()
    await nextTurn()
    t.equal(cuts() > 0, isCut, `${bytes} bytes a second`)
  }
})

t.test('what moves fast earns no more patience than there was', async (t) => {
  const { pace, wait, cuts } = paceAt()
  wait(0, 1e9)
  wait(60_000, 0)
  pace.wait()
  await nextTurn()
  t.equal(cuts(), 1)
})

t.test('time that is not the client’s does not count', async (t) => {
  const { pace, pass, wait } = paceAt()
  wait(1, 1)
  pass(1e6)
  pace.wait()
  t.notOk(pace.isUnfair)
})

t.test('a client is unfair while it is waited for, after the time granted, below the fair rate', async (t) => {
  const { pace, wait, pass } = paceAt()
  pace.wait()
  pass(4999)
  t.notOk(pace.isUnfair, 'within the time granted')
  pass(1)
  t.ok(pace.isUnfair)
  pace.move(0)
  t.notOk(pace.isUnfair, 'the work goes on')
  wait(0, 5001)
  pace.wait()
  t.notOk(pace.isUnfair, 'fast enough so far')
  pass(2)
  t.ok(pace.isUnfair)
})

t.end()
