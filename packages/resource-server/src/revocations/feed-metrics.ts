import type { Metric } from '@latchkey/problems'
import type { RevocationStatus } from './feed-state.ts'

export function feedMetrics(status: () => RevocationStatus): Metric[] {
  return [
    {
      name: 'revocation_feed_lag_seconds',
      help: 'Time since the revocation feed was last known to be complete',
      type: 'gauge',
      read: () => status().lagSeconds,
    },
    {
      name: 'revocations_known',
      help: 'Revocations that can still refuse a token',
      type: 'gauge',
      read: () => status().known,
    },
    {
      name: 'revocation_refusals_total',
      help: 'Requests refused because their token was revoked',
      type: 'counter',
      read: () => status().refusals,
    },
    {
      name: 'revocation_feed_resyncs_total',
      help: 'Times the revocation feed was read whole again: after a lost connection, or when entries were missing',
      type: 'counter',
      read: () => status().resyncs,
    },
    {
      name: 'revocation_entries_skipped_total',
      help: 'Entries of the revocation feed that could not be read',
      type: 'counter',
      read: () => status().skipped,
    },
  ]
}
