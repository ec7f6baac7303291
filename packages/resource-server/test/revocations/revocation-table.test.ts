import t from 'tap'
import type { Revocation } from '../../src/revocations/revocation.ts'
import { createRevocationTable } from '../../src/revocations/revocation-table.ts'

const START = 1_800_000_000

function tableAt(clock: { seconds: number }, ...revocations: Revocation[]) {
  const table = createRevocationTable(() => clock.seconds * 1000)
  for (const revocation of revocations) table.add(revocation)
  return table
}

const token = {
  sub: 'u1',
  sid: 's1',
  ver: 3,
  roles: ['staff'],
  scope: 'profile payroll:read',
  client_id: 'web',
  jti: 't1',
}
const ofClient = { sub: 'payroll', scope: '', client_id: 'payroll', jti: 't2' }

t.test('of several revocations of one target the furthest counts, in any order', async (t) => {
  const revocations: Revocation[] = [
    { kind: 'session', id: 's1', exp: START + 10 },
    { kind: 'session', id: 's1', exp: START + 30 },
    { kind: 'session', id: 's1', exp: START + 20 },
    { kind: 'user', id: 'u2', ver: 5, exp: START + 10 },
    { kind: 'user', id: 'u2', ver: 2, exp: START + 30 },
    { kind: 'role', id: 'hr', pol: 5, exp: START + 10 },
    { kind: 'role', id: 'hr', pol: 2, exp: START + 30 },
  ]
  for (const order of [revocations, revocations.toReversed()]) {
    const clock = { seconds: START }
    const table = tableAt(clock, ...order, ...order)
    t.equal(table.size, 3)
    clock.seconds += 29
    t.ok(table.refusesToken(token))
    t.ok(table.refusesToken({ ...token, sub: 'u2', sid: 's2', ver: 4 }))
    t.ok(table.refusesToken({ ...token, sid: 's2', roles: ['hr'], pol: 4 }))
    clock.seconds += 1
    t.notOk(table.refusesToken(token))
    t.notOk(table.refusesToken({ ...token, sid: 's2', roles: ['hr'], pol: 4 }))
    t.ok(table.sweep())
    t.equal(table.size, 0)
  }
})

t.test('expired entries are dropped within some sweeps, in whatever order they came', async (t) => {
  const clock = { seconds: START }
  const table = tableAt(clock, { kind: 'session', id: 'long', exp: START + 1000 })
  for (let i = 0; i < 20_000; i++) table.add({ kind: 'session', id: `s${i}`, exp: START + 1 + (i % 2) * 500 })
  clock.seconds += 2
  let sweeps = 0
  for (; table.size > 10_001 && sweeps < 100; sweeps++) table.sweep()
  t.equal(table.size, 10_001)
  t.ok(sweeps <= 45, `${sweeps} sweeps`)
  t.ok(table.refusesToken({ ...token, sid: 'long' }))
  t.ok(table.refusesToken({ ...token, sid: 's1' }))
})

t.test('a narrowed role refuses tokens of users that name it, with a lower pol or none', async (t) => {
  const table = tableAt(
    { seconds: START },
    { kind: 'role', id: 'hr', pol: 7, exp: START + 10 },
    { kind: 'role', id: 'payroll', pol: 9, exp: START + 10 },
  )
  const tokens: [refused: boolean, claims: { roles?: string[]; pol?: number }][] = [
    [true, { roles: ['hr'], pol: 6 }],
    [true, { roles: ['hr'], pol: 0 }],
    [true, { roles: ['hr'] }],
    [true, { roles: ['staff', 'hr'], pol: 6 }],
    [true, { roles: ['hr', 'payroll'], pol: 8 }],
    [true, { roles: ['payroll', 'hr'], pol: 8 }],
    [false, { roles: ['hr'], pol: 7 }],
    [false, { roles: ['hr', 'payroll'], pol: 9 }],
    [false, { roles: ['staff'], pol: 0 }],
    [false, { roles: ['staff'] }],
    [false, { roles: [] }],
    [false, { roles: ['HR', 'hr-assistant', '__proto__', 'constructor'] }],
  ]
  for (const [refused, claims] of tokens) {
    t.equal(table.refusesToken({ ...token, ...claims }), refused, JSON.stringify(claims))
  }
  t.notOk(table.refusesToken({ ...ofClient, sub: 'hr', client_id: 'hr' }), 'a client of that name')
})

t.test("a raised version refuses a service client's tokens as it does a user's", async (t) => {
  const table = tableAt({ seconds: START }, { kind: 'user', id: 'payroll', ver: 2, exp: START + 10 })
  t.ok(table.refusesToken(ofClient), 'none counts as 0')
  t.ok(table.refusesToken({ ...ofClient, ver: 1 }))
  t.notOk(table.refusesToken({ ...ofClient, ver: 2 }))
  t.notOk(table.refusesToken({ ...ofClient, sub: 'other', client_id: 'other' }))
  t.notOk(table.refusesToken({ ...token, client_id: 'payroll' }), 'a user who signed in through it')
})

t.test('a clock that was set back is reported once', async (t) => {
  const clock = { seconds: START }
  const table = tableAt(clock)
  t.ok(table.sweep())
  clock.seconds -= 3600
  t.notOk(table.sweep())
  t.ok(table.sweep())
})

t.test('names of members of every object are plain ids', async (t) => {
  const table = tableAt({ seconds: START })
  for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    t.notOk(table.refusesToken({ ...token, sub: id, sid: id }))
    t.notOk(table.refusesToken({ ...ofClient, sub: id, client_id: id, jti: id }))
    t.notOk(table.refusesKey(id))
  }
})

t.test('a deleted scope: users’ tokens that name it with a lower pol are refused, all others pass', async (t) => {
  const clock = { seconds: START }
  const table = tableAt(clock, { kind: 'scope', id: 'payroll:read', pol: 7, exp: START + 10 })
  t.ok(table.refusesToken(token), 'one without pol counts as 0')
  t.ok(table.refusesToken({ ...token, pol: 6 }))
  t.notOk(table.refusesToken({ ...token, pol: 7 }), 'made again since')
  t.notOk(table.refusesToken({ ...token, scope: 'profile payroll:read-all', pol: 6 }))
  t.equal(table.size, 1)
  clock.seconds += 10
  t.notOk(table.refusesToken(token), 'none is left that has not expired')
  table.sweep()
  t.equal(table.size, 0)
})
