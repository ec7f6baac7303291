// The entry `./bench`: tools/bench opens thousands of sessions in Redis itself, past passwords and Postgres.
export { createRecordEnvelopes } from './keys/record-envelopes.ts'
export { createRedisDeadline } from './redis/redis-deadline.ts'
export { createRedisSessionCommands } from './sessions/redis-session-commands.ts'
export { createSnapshotRecords, type SnapshotRecords } from './sessions/snapshot-records.ts'
