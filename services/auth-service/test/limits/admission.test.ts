import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { createAdmission, type Standing } from '../../src/limits/admission.ts'

const BEST_FIRST: readonly Standing[] = ['signed_in', 'known_device', 'link_holder', 'stranger']

type Options = { concurrency?: number; places?: number; maxWaitMs?: number }

/** An admission whose work goes on until it is told to end, under a clock of its own. */
function arrange({ concurrency = 1, places = 3, maxWaitMs = 60_000 }: Options = {}) {
  let nowMs = 0
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const { admit } = createAdmission({ what: 'the work', concurrency, places, maxWaitMs, now: () => nowMs })
  return {
    begun,
    /** Has work done, each of which takes so long: enough for it to be known unless told how much. */
    async takes(ms: number, times = 9) {
      for (let n = 0; n < times; n++) {
        await admit('stranger', async () => {
          nowMs += ms
        })
      }
    },
    ask: (standing: Standing, name: string = standing) =>
      admit(standing, async () => {
        begun.push(name)
        const { promise, resolve } = Promise.withResolvers<void>()
        ends.set(name, resolve)
        await promise
        return name
      }),
    async end(name: string) {
      ends.get(name)?.()
      ends.delete(name)
      await turn()
    },
    /** Ends what runs, until nothing does. */
    async endAll() {
      for (const [name, end] of ends) {
        ends.delete(name)
        end()
        await turn()
      }
    },
  }
}

t.test('who is known better has their turn first, whoever came before', async (t) => {
  const { begun, ask, endAll } = arrange()
  const all = [ask('stranger', 'running'), ...[...BEST_FIRST].reverse().map((standing) => ask(standing))]
  await endAll()
  await Promise.all(all)
  t.same(begun, ['running', ...BEST_FIRST])
})

t.test('equals have their turn in the order in which they came', async (t) => {
  const { begun, ask, endAll } = arrange({ places: 3 })
  const all = ['a', 'b', 'c', 'd'].map((name) => ask('known_device', name))
  await endAll()
  await Promise.all(all)
  t.same(begun, ['a', 'b', 'c', 'd'])
})

t.test('no more runs at once than may', async (t) => {
  const { begun, ask, endAll } = arrange({ concurrency: 2 })
  const all = ['a', 'b', 'c'].map((name) => ask('stranger', name))
  t.same(begun, ['a', 'b'])
  await endAll()
  await Promise.all(all)
})

for (const filling of BEST_FIRST) {
  t.test(`the places of each other standing are free while those of ${filling} are taken`, async (t) => {
    const { begun, ask, endAll } = arrange({ places: 2 })
    const all = ['running', 'a', 'b'].map((name) => ask(filling, name))
    await t.rejects(ask(filling, 'one too many'), { code: 'unavailable', statusCode: 503, retryAfterSeconds: 1 })
    const others = BEST_FIRST.filter((standing) => standing !== filling).map((standing) => ask(standing))
    await endAll()
    t.same(
      await Promise.all(others),
      BEST_FIRST.filter((standing) => standing !== filling),
    )
    await Promise.all(all)
    t.notOk(begun.includes('one too many'))
  })
}

t.test('whose turn would come too late is refused at once, and those before whom it matters are not', async (t) => {
  const { ask, takes, endAll } = arrange({ places: 100, maxWaitMs: 1000 })
  await takes(400)
  const waiting = ['running', 'second', 'third'].map((name) => ask('stranger', name))
  await t.rejects(ask('stranger', 'fourth'), { code: 'unavailable' }, 'three times 400 ms before it')
  const known = ask('known_device')
  await endAll()
  t.same(await Promise.all([...waiting, known]), ['running', 'second', 'third', 'known_device'])
})

t.test('one pause of the process makes nothing else come too late', async (t) => {
  const { ask, takes, endAll } = arrange({ places: 100, maxWaitMs: 1000 })
  await takes(10)
  await takes(60_000, 1)
  const all = Array.from({ length: 20 }, (_, n) => ask('stranger', `stranger ${n}`))
  await endAll()
  t.equal((await Promise.all(all)).length, 20)
})

t.test('a free thread takes work of any standing, however long the last took', async (t) => {
  const { ask, takes, end } = arrange({ maxWaitMs: 1000 })
  await takes(60_000)
  const next = ask('stranger', 'next')
  await end('next')
  t.equal(await next, 'next')
})

t.test('who waits in vain is told, and leaves the place to the next', async (t) => {
  const { begun, ask, end } = arrange({ places: 1, maxWaitMs: 20 })
  const running = ask('signed_in')
  await t.rejects(ask('stranger', 'first'), { code: 'unavailable', statusCode: 503 })
  const second = ask('stranger', 'second')
  await end('signed_in')
  await end('second')
  t.equal(await second, 'second')
  await running
  t.notOk(begun.includes('first'))
})

t.test('work that fails makes room', async (t) => {
  const { admit } = createAdmission({ what: 'the work', concurrency: 1, places: 1, maxWaitMs: 60_000 })
  await t.rejects(
    admit('stranger', async () => {
      throw new Error('failed')
    }),
    { message: 'failed' },
  )
  t.equal(await admit('stranger', async () => 'done'), 'done')
})
