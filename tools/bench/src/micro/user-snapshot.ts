// What keeping a user's snapshot in an envelope costs a refresh, which reads one, and a sign-in, which makes one:
//   node scripts/run.mjs tools/bench/src/micro/user-snapshot.ts
import { randomUUID } from 'node:crypto'
import { snapshots } from '../tokens.ts'
import { newUser } from '../workloads/refresh-sessions.ts'
import { measure } from './measure.ts'

const user = newUser(1)
const snapshot = { user, tokenVersion: 0, passwordVersion: 0 }
const json = JSON.stringify(snapshot)
const record = snapshots.encode(user.id, snapshot)
const stranger = randomUUID()

measure("a user's snapshot", [
  { name: 'read from JSON', run: () => JSON.parse(json) },
  { name: 'read from its envelope', run: () => snapshots.decode(user.id, record) },
  { name: 'refused: the envelope of another user', run: () => snapshots.decode(stranger, record) },
  { name: 'written as JSON', run: () => JSON.stringify(snapshot) },
  { name: 'written into an envelope', run: () => snapshots.encode(user.id, snapshot) },
])
console.log(`\n  ${json.length} bytes as JSON, ${record.length} in an envelope`)
