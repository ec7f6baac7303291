import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { createSearchPlaces } from '../../../src/employees/search/search-places.ts'

const LIMITS = { running: 3, runningOfCaller: 2, waiting: 5, waitingOfCaller: 2, waitMs: 60_000 }

/** Searches that end when the test ends them, and what became of them. They take no time unless `pass` says so. */
function searching(limits = LIMITS) {
  let time = 0
  const rests: { at: number; end: () => void }[] = []
  const after = (end: () => void, ms: number) => (ms === 0 ? end() : rests.push({ at: time + ms, end }))
  const places = createSearchPlaces(limits, { now: () => time, after })
  async function pass(ms: number): Promise<void> {
    time += ms
    for (const rest of rests.splice(0)) rest.at <= time ? rest.end() : rests.push(rest)
    await nextTurn()
  }
  const ends = new Map<string, () => void>()
  const started: string[] = []
  const outcomes = new Map<string, string>()
  function search(name: string): void {
    const end = Promise.withResolvers<void>()
    const work = () => {
      started.push(name)
      ends.set(name, end.resolve)
      return end.promise
    }
    const failed = (error: { code: string }) => outcomes.set(name, error.code)
    places.run(name.slice(0, -1), work).then(() => outcomes.set(name, 'done'), failed)
  }
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await nextTurn()
  }
  return { search, end, pass, started, outcomes }
}

t.test('a caller has two of the three places, and what waits comes by turns', async (t) => {
  const { search, end, started } = searching()
  for (const name of ['ida1', 'ida2', 'ida3', 'ida4', 'otto1', 'otto2', 'eva1']) search(name)
  await nextTurn()
  t.same(started, ['ida1', 'ida2', 'otto1'])
  await end('ida1')
  t.same(started.slice(3), ['eva1'], 'who has none under way comes before those who came earlier')
  await end('otto1')
  t.same(started.slice(4), ['otto2'])
  await end('ida2')
  await end('eva1')
  t.same(started.slice(5), ['ida3', 'ida4'])
})

t.test('a place that a caller has used stays taken for as long as it was used, for that caller alone', async (t) => {
  const { search, end, pass, started } = searching()
  for (const name of ['ida1', 'ida2', 'ida3', 'ida4', 'otto1', 'otto2', 'eva1']) search(name)
  await pass(0)
  await pass(40)
  await end('ida1')
  await end('ida2')
  t.same(started, ['ida1', 'ida2', 'otto1', 'eva1', 'otto2'], 'others come before')
  await end('otto1')
  await pass(39)
  t.equal(started.length, 5)
  await pass(1)
  t.same(started.slice(5), ['ida3'])
})

t.test('a caller with too many searches is told so at once, others are not', async (t) => {
  const { search, outcomes, started } = searching()
  for (let n = 1; n <= 9; n++) search(`ida${n}`)
  search('otto1')
  await nextTurn()
  t.same(
    [...outcomes],
    ['5', '6', '7', '8', '9'].map((n) => [`ida${n}`, 'too_many_requests']),
  )
  t.same(started, ['ida1', 'ida2', 'otto1'])
})

t.test('when too many callers wait the next one is told at once', async (t) => {
  const { search, outcomes } = searching()
  for (const name of ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'h1', 'i1']) search(name)
  await nextTurn()
  t.same([...outcomes], [['i1', 'unavailable']])
})

t.test('a search whose turn does not come is given up, and does not start later', async (t) => {
  const { search, end, outcomes, started } = searching({ ...LIMITS, running: 1, waitMs: 1 })
  search('ida1')
  search('otto1')
  while (outcomes.size === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  t.equal(outcomes.get('otto1'), 'unavailable')
  await end('ida1')
  t.same(started, ['ida1'])
})

t.test('a search that fails gives its place back', async (t) => {
  const places = createSearchPlaces({ ...LIMITS, running: 1 })
  await t.rejects(
    places.run('ida', () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  )
  t.equal(await places.run('otto', async () => 'found'), 'found')
})

t.end()
