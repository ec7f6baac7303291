import type { RelayedChunk } from '@latchkey/test-kit'
import t from 'tap'
import { createTrail, type Marks } from '../src/scenarios/onboarding/trail.ts'
import { type Victim, WINDOWS } from '../src/scenarios/onboarding/windows.ts'

const JOB = '01a1fa35-f9ed-7271-92b6-0823438b6162'
const ACCOUNT = '01a1fa35-f9ed-7271-92b6-0823438b7777'
const marks: Marks = { email: 'trial-1@example.test', requestId: 'trial-1-in', leaveId: 'trial-1-out', token: 'link-1' }

const at = (relay: string, connection: number, from: RelayedChunk['from'], text: string): RelayedChunk => ({
  relay,
  connection: `${relay}#${connection}`,
  from,
  bytes: Buffer.from(text),
})

/** The traffic of one onboarding and its end among that of others; a chunk that is the first beyond moments has their names. */
const traffic: readonly [chunk: RelayedChunk, ...moments: string[]][] = [
  [at('employee-postgres-1', 1, 'client', 'begin')],
  [at('employee-postgres-2', 1, 'client', 'begin')],
  [at('employee-postgres-1', 1, 'client', `set_config ${marks.requestId}`)],
  [at('employee-postgres-2', 1, 'client', 'commit')],
  [at('employee-postgres-2', 1, 'server', 'COMMIT')],
  [at('employee-postgres-1', 1, 'client', `[{"data":{"key":"${JOB}"}}]`)],
  [at('employee-postgres-1', 1, 'client', 'commit')],
  [at('employee-postgres-1', 1, 'server', 'COMMIT'), 'invitation committed, reply lost'],
  [at('employee-postgres-2', 2, 'server', '{"key": "another"}')],
  [at('employee-postgres-2', 2, 'server', `{"key": "${JOB}"}`), 'job taken, before the call to auth-service'],
  [at('employee-auth-2', 3, 'client', `POST /admin/users {"email":"${marks.email}"}`)],
  [at('auth-1', 3, 'client', `POST /admin/users {"email":"${marks.email}"}`), 'call on its way to auth-service'],
  [at('auth-postgres-1', 4, 'client', 'begin')],
  [at('auth-postgres-1', 4, 'client', `insert ${marks.email}`)],
  [at('auth-postgres-1', 5, 'client', 'commit')],
  [at('auth-postgres-1', 4, 'client', 'commit'), 'account written at auth-service, not committed'],
  [at('auth-postgres-1', 4, 'server', 'COMMIT'), 'auth-service: account committed at auth-service, answer lost'],
  [
    at('auth-1', 3, 'server', `201 {"user":{"id":"${ACCOUNT}"}}`),
    'employee-service: account committed at auth-service, answer lost',
  ],
  [at('employee-postgres-2', 6, 'client', 'begin')],
  [at('employee-postgres-2', 6, 'client', `update onboardings ${ACCOUNT}`)],
  [at('employee-postgres-2', 6, 'client', 'commit')],
  [at('employee-postgres-2', 6, 'server', 'COMMIT')],
  [at('smtp-2', 7, 'client', 'RCPT TO:<other@example.test>')],
  [at('smtp-2', 8, 'client', `RCPT TO:<${marks.email}>`), 'id kept, mail not sent'],
  [at('employee-auth-1', 9, 'server', `{"user":{"id":"${ACCOUNT}","status":"invited"}}`)],
  [at('auth-2', 10, 'client', `POST /accept {"token":"${marks.token}"}`), 'invited, accept request in flight'],
  [at('auth-postgres-2', 11, 'client', `select ${ACCOUNT}`)],
  [at('auth-postgres-2', 11, 'client', 'commit')],
  [at('auth-postgres-2', 12, 'client', 'begin')],
  [at('auth-postgres-2', 12, 'client', `update ${ACCOUNT}`)],
  [at('auth-postgres-2', 12, 'client', 'commit'), 'acceptance written, not committed'],
  [at('auth-postgres-2', 12, 'server', 'COMMIT'), 'acceptance committed, reply lost'],
  [at('employee-auth-1', 9, 'server', `{"user":{"id":"${ACCOUNT}","status":"active"}}`)],
  [at('employee-postgres-1', 13, 'client', 'begin')],
  [at('employee-postgres-1', 13, 'client', `update employees ${ACCOUNT}`)],
  [at('employee-postgres-1', 13, 'client', 'commit'), 'seen active, link written, not committed'],
  [at('employee-postgres-1', 13, 'server', 'COMMIT'), 'link committed, job not completed'],
  [at('employee-postgres-2', 14, 'client', 'begin')],
  [at('employee-postgres-2', 14, 'client', `set_config ${marks.leaveId}`)],
  [at('employee-postgres-2', 14, 'client', 'commit')],
  [at('employee-postgres-2', 14, 'server', 'COMMIT'), 'end committed, reply lost'],
  [at('auth-1', 15, 'client', `PATCH /admin/users/${ACCOUNT}`), 'call to disable on its way'],
  [at('auth-postgres-1', 16, 'client', 'begin')],
  [at('auth-postgres-1', 16, 'client', `update ${ACCOUNT}`)],
  [at('auth-postgres-1', 16, 'client', 'commit')],
  [at('auth-postgres-1', 16, 'server', 'COMMIT'), 'auth-service: account disabled, answer lost'],
  [at('auth-1', 15, 'server', '200'), 'employee-service: account disabled, answer lost'],
]

/** The first chunk that meets the condition of a window, of which the trail sees each before. */
function firstMet(moment: (typeof WINDOWS)[number]['moment'], victim: Victim, of: Marks): RelayedChunk | undefined {
  const trail = createTrail(of)
  const isMet = moment.condition(trail, victim)
  const met = traffic.find(([chunk]) => {
    trail.see(chunk)
    return isMet(chunk)
  })
  return met?.[0]
}

for (const { name, moment, victims } of WINDOWS) {
  t.test(`"${name}" is reached at its first chunk`, async (t) => {
    const short = moment.name.replace(/^(?:invited|linked): /, '')
    for (const victim of victims) {
      const killed = victim === 'auth-service' ? victim : 'employee-service'
      const names = [short, `${killed}: ${short}`]
      const [expected] = traffic.find(([, ...moments]) => moments.some((each) => names.includes(each))) ?? []
      t.ok(expected)
      t.equal(firstMet(moment, victim, marks), expected, victim)
    }
  })
}

t.test('the traffic of another onboarding reaches no moment', async (t) => {
  const others: Marks = {
    email: 'trial-2@example.test',
    requestId: 'trial-2-in',
    leaveId: 'trial-2-out',
    token: 'link-2',
  }
  for (const { name, moment, victims } of WINDOWS) {
    for (const victim of victims) t.equal(firstMet(moment, victim, others), undefined, name)
  }
})

t.test('who has to do with an onboarding is known from the traffic', async (t) => {
  const trail = createTrail(marks)
  const seen = traffic.map(([chunk]) => {
    trail.see(chunk)
    return `${trail.replicaOf('employee-service')} ${trail.replicaOf('auth-service')}`
  })
  const changes = seen.filter((each, index) => each !== seen[index - 1])
  t.same(changes, ['undefined undefined', '1 undefined', '2 undefined', '2 1', '2 2', '1 2', '2 2', '2 1'])
  t.equal(trail.onboardingId, JOB)
  t.equal(trail.userId, ACCOUNT)
  await trail.idKept
})
