import t from 'tap'
import { BOUNDARIES } from '../src/scenarios/offboarding/boundaries.ts'
import type { Passing } from '../src/world/tripwire.ts'

const marks = { requestId: 'trial-1', userId: 'user-1' }
const at = (relay: string, connection: number, from: Passing['from'], text: string): Passing => ({
  relay,
  connection,
  from,
  bytes: Buffer.from(text),
})

/** One offboarding as it passes, each piece with the boundary that it is the first beyond. */
const conversation: readonly [piece: Passing, boundary?: string][] = [
  [at('client-1', 1, 'client', 'POST /termination x-request-id: trial-1'), 'before the request arrives'],
  [at('employee-postgres-1', 2, 'client', 'begin')],
  [at('employee-postgres-1', 2, 'server', 'BEGIN')],
  [at('employee-postgres-2', 9, 'client', 'commit')],
  [at('employee-postgres-2', 9, 'server', 'COMMIT')],
  [at('employee-postgres-1', 2, 'client', 'insert trial-1 user-1')],
  [at('employee-postgres-1', 2, 'server', 'INSERT')],
  [at('employee-postgres-1', 2, 'client', 'commit'), 'before the commit'],
  [at('employee-postgres-1', 2, 'server', 'COMMIT'), 'committed, not heard by employee-service'],
  [at('employee-postgres-2', 3, 'server', 'A offboardings_5f'), 'before a worker fetches the job'],
  [at('client-1', 1, 'server', '202')],
  [at('employee-postgres-2', 4, 'client', 'fetch')],
  [at('employee-postgres-2', 4, 'server', '{"offboardingId":"o"}'), 'job fetched, not heard by the worker'],
  [at('employee-auth-2', 5, 'client', 'PATCH /admin/users/user-1'), 'before the call to auth-service'],
  [at('auth-redis', 6, 'client', 'DEL snapshot user-1')],
  [at('auth-redis', 6, 'server', ':1')],
  [at('auth-redis', 6, 'client', 'XADD user-1'), 'auth-service committed, not published'],
  [at('employee-auth-2', 5, 'server', '200'), 'done at auth-service, answer not heard'],
  [at('employee-postgres-2', 7, 'client', 'update user-1'), 'before it is marked done'],
  [at('employee-postgres-2', 4, 'server', 'other')],
  [at('employee-postgres-2', 7, 'server', 'UPDATE'), 'marked done, not heard by the worker'],
]

for (const { name, condition } of BOUNDARIES) {
  t.test(`"${name}" is met where it should be, and nowhere before`, async (t) => {
    const isMet = condition(marks)
    const first = conversation.find(([piece]) => isMet(piece))
    t.equal(first?.[1], name)
  })
}

t.test('another offboarding meets none of what belongs to this one', async (t) => {
  const others = { requestId: 'trial-2', userId: 'user-2' }
  const met = BOUNDARIES.filter(({ condition }) => {
    const isMet = condition(others)
    return conversation.some(([piece]) => isMet(piece))
  })
  // A fetched job does not say whose it is: lanes have one at a time.
  t.same(
    met.map(({ name }) => name),
    ['job fetched, not heard by the worker'],
  )
})

t.end()
