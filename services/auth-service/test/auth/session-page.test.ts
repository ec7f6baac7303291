import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { sessionPage } from '../../src/http/session-page.ts'

type Session = Parameters<typeof sessionPage>[0][number]

const session = (deviceId: string, createdAt: number): Session => ({
  deviceId,
  sid: `sid-of-${deviceId}`,
  deviceName: 'A device',
  delivery: 'body',
  userAgent: '',
  ip: '192.0.2.1',
  createdAt: new Date(createdAt),
  lastSeenAt: new Date(createdAt),
  expiresAt: new Date(createdAt + 1000),
})

const deviceId = fc.stringMatching(/^[A-Za-z0-9_-]{8,12}$/)
// Few times, so that many sessions share one.
const sessions = fc.uniqueArray(fc.record({ deviceId, createdAt: fc.integer({ min: 1, max: 5 }) }), {
  selector: (each) => each.deviceId,
  maxLength: 40,
})

t.test('a walk shows each session that lives throughout once, whatever comes and goes between its pages', async () => {
  fc.assert(
    fc.property(sessions, fc.integer({ min: 1, max: 7 }), fc.infiniteStream(fc.nat()), (all, limit, choices) => {
      const choose = (): number => Number(choices.next().value)
      const lasting = all.filter(() => choose() % 2 === 0)
      const fleeting = all.filter((each) => !lasting.includes(each))
      const seen: string[] = []
      let cursor: string | null | undefined
      do {
        const present = [...lasting, ...fleeting.filter(() => choose() % 2 === 0)]
        const shuffled = present.map((each) => ({ each, key: choose() })).sort((a, b) => a.key - b.key)
        const page = sessionPage(
          shuffled.map(({ each }) => session(each.deviceId, each.createdAt)),
          { limit, ...(cursor != null && { cursor }) },
        )
        seen.push(...page.items.map((item) => item.deviceId))
        cursor = page.nextCursor
      } while (cursor !== null)
      const shown = new Set(seen)
      return shown.size === seen.length && lasting.every((each) => shown.has(each.deviceId))
    }),
  )
})

t.test('pages hold the newest sign-in first, and have a cursor only where there are more', async (t) => {
  const all = [session('device-b', 1), session('device-a', 1), session('device-c', 2)]
  const first = sessionPage(all, { limit: 2 })
  t.same(
    first.items.map((item) => item.deviceId),
    ['device-c', 'device-a'],
  )
  const second = sessionPage(all, { limit: 2, cursor: first.nextCursor ?? '' })
  t.ok(isDeepStrictEqual(second, { items: [all[0]], nextCursor: null }))
  t.equal(sessionPage(all, { limit: 3 }).nextCursor, null)
  t.same(sessionPage([], { limit: 3 }), { items: [], nextCursor: null })
})
