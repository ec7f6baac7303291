import type { Config } from '../../src/config.ts'
import { createRecordEnvelopes } from '../../src/keys/record-envelopes.ts'
import { createSnapshotRecords, type SnapshotRecords } from '../../src/sessions/snapshot-records.ts'

/** User snapshots as a service with this configuration keeps them in Redis, none of which is out of date. */
export const snapshotRecordsOf = ({ tokens }: Pick<Config, 'tokens'>, now: () => number = Date.now): SnapshotRecords =>
  createSnapshotRecords({
    envelopes: createRecordEnvelopes({ ring: tokens.refreshKeys.current, now }),
    versions: { admits: () => true },
  })
