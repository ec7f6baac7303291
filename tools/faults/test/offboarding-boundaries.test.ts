import type { RelayedChunk } from '@latchkey/test-kit'
import t from 'tap'
import { BOUNDARIES } from '../src/scenarios/offboarding/boundaries.ts'

const marks = { requestId: 'trial-1', userId: 'user-1' }
const at = (relay: string, connection: number, from: RelayedChunk['from'], text: string): RelayedChunk => ({
  relay,
  connection: `#${connection}`,
  from,
  bytes: Buffer.from(text),
})

/** The traffic of one offboarding; a chunk that is the first beyond a boundary has its name. */
const traffic: readonly [chunk: RelayedChunk, boundary?: string][] = [
  [at('client-1', 1, 'client', 'POST /termination x-request-id: trial-1'), 'before the request arrives'],
  [at('employee-postgres-1', 2, 'client', 'begin')],
  [at('employee-postgres-1', 2, 'server', 'BEGIN')],
  [at('employee-postgres-2', 9, 'client', 'commit')],
  [at('employee-postgres-2', 9, 'server', 'COMMIT')],
  [at('employee-postgres-1', 2, 'client', 'insert trial-1 user-1')],
  [at('employee-postgres-1', 2, 'server', 'INSERT')],
  [at('employee-postgres-1', 2, 'client', 'commit'), 'before the commit'],
  [at('employee-postgres-1', 2, 'server', 'COMMIT'), 'committed, reply lost to employee-service'],
  [at('employee-postgres-2', 3, 'server', 'A offboardings_5f'), 'before a worker fetches the job'],
  [at('client-1', 1, 'server', '202')],
  [at('employee-postgres-2', 4, 'client', 'fetch')],
  [at('employee-postgres-2', 4, 'server', '{"key": "o"}'), 'job fetched, reply lost to the worker'],
  [at('employee-auth-2', 5, 'client', 'PATCH /admin/users/user-1'), 'before the call to auth-service'],
  [at('auth-redis', 6, 'client', 'DEL snapshot user-1')],
  [at('auth-redis', 6, 'server', ':1')],
  [at('auth-redis', 6, 'client', 'XADD user-1'), 'auth-service committed, not published'],
  [at('employee-auth-2', 5, 'server', '200'), 'done at auth-service, response lost'],
  [at('employee-postgres-2', 7, 'client', 'update user-1'), 'before it is marked done'],
  [at('employee-postgres-2', 4, 'server', 'other')],
  [at('employee-postgres-2', 7, 'server', 'UPDATE'), 'marked done, reply lost to the worker'],
]

for (const { name, condition } of BOUNDARIES) {
  t.test(`"${name}" is met at its first chunk`, async (t) => {
    const isMet = condition(marks)
    const first = traffic.find(([chunk]) => isMet(chunk))
    t.equal(first?.[1], name)
  })
}

t.test('the traffic of another offboarding meets no boundary of this one', async (t) => {
  const others = { requestId: 'trial-2', userId: 'user-2' }
  const met = BOUNDARIES.filter(({ condition }) => {
    const isMet = condition(others)
    return traffic.some(([chunk]) => isMet(chunk))
  })
  // A fetched job does not name its offboarding: workers have one at a time.
  t.same(
    met.map(({ name }) => name),
    ['job fetched, reply lost to the worker'],
  )
})

t.end()
