import t from 'tap'
import { createKnownVersions } from '../../src/revocations/known-versions.ts'

const HOUR = 3_600_000

t.test('what a replica did not see happen it refuses', async (t) => {
  let clock = 100 * HOUR
  const versions = createKnownVersions({ now: () => clock })
  t.notOk(versions.admits('u', 0, clock - 1), 'before it knows anything, records of before its start')
  t.ok(versions.admits('u', 0, clock))

  let asked: Date | undefined
  await versions.load(async (since) => {
    asked = since
    return [{ id: 'raised', version: 3 }]
  })
  t.ok(asked !== undefined && asked.getTime() < clock - 24 * HOUR)
  t.ok(versions.admits('u', 0, clock - 23 * HOUR))
  t.notOk(versions.admits('u', 0, clock - 25 * HOUR))
  t.notOk(versions.admits('raised', 2, clock))
  t.ok(versions.admits('raised', 3, clock))

  clock += HOUR
  versions.raise('raised', 5)
  versions.raise('raised', 4)
  t.notOk(versions.admits('raised', 4, clock))
  t.ok(versions.admits('raised', 5, clock))
})

t.test(
  'when too many accounts have lost rights, their number is bounded and none of their records is admitted',
  async (t) => {
    const clock = 100 * HOUR
    const versions = createKnownVersions({ now: () => clock, maxKnown: 100 })
    await versions.load(async () => [])
    for (let n = 0; n < 1000; n++) versions.raise(`u${n}`, 2)
    for (let n = 0; n < 1000; n++) t.notOk(versions.admits(`u${n}`, 1, clock - 1), `u${n}`)
    t.ok(versions.admits('u0', 2, clock + HOUR), 'what is written from then on counts')
  },
)
