import t from 'tap'
import { createGiveWay } from '../../src/import-export/give-way.ts'

/** Work at a clock of its own, beside a Postgres that takes `answerMs` to answer. */
function workBeside(answerMs: number, signal?: AbortSignal) {
  let time = 0
  let asked = 0
  const pauses: number[] = []
  const giveWay = createGiveWay(
    async () => {
      asked += 1
      time += answerMs
    },
    signal,
    {
      now: () => time,
      sleep: async (ms) => {
        pauses.push(ms)
        time += ms
      },
    },
  )
  async function work(ms: number): Promise<void> {
    time += ms
    await giveWay()
  }
  return { work, pauses, asked: () => asked }
}

t.test('work that nobody waits for goes on', async (t) => {
  const { work, pauses } = workBeside(2)
  for (let n = 0; n < 100; n++) await work(25)
  t.same(pauses, [])
})

t.test('it pauses the longer the later Postgres answers, and works a fifth of the time at least', async (t) => {
  for (const [answerMs, pauseMs] of [
    [3, 30],
    [8, 80],
    [100, 100],
  ] as const) {
    const { work, pauses } = workBeside(answerMs)
    for (let n = 0; n < 3; n++) await work(25)
    t.same(pauses, [pauseMs, pauseMs, pauseMs])
  }
})

t.test('short steps ask once in a while', async (t) => {
  const { work, asked, pauses } = workBeside(5)
  for (let n = 0; n < 100; n++) await work(1)
  t.equal(asked(), 5)
  t.same(pauses, [50, 50, 50, 50, 50])
})

t.test('it ends at the next step once nobody waits for its result', async (t) => {
  const leaving = new AbortController()
  const { work, asked } = workBeside(5, leaving.signal)
  await work(25)
  leaving.abort(new Error('the client is gone'))
  await t.rejects(work(1), { message: 'the client is gone' }, 'however short the step was')
  t.equal(asked(), 1)
})
