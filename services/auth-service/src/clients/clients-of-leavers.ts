import type { Metric } from '@latchkey/problems'
import type { AuthDatabase } from '../database/auth-database.ts'
import { countClientsOfLeavers } from './left-clients-repository.ts'

/** Clients that go on working for people who are gone. A scrape reads what was counted last. */
export type ClientsOfLeavers = {
  /** Counts them. To be repeated. */
  count(): Promise<void>
  readonly metrics: readonly Metric[]
}

export function createClientsOfLeavers(db: AuthDatabase): ClientsOfLeavers {
  let counted = 0
  return {
    async count() {
      counted = await countClientsOfLeavers(db)
    },

    metrics: [
      {
        name: 'service_clients_of_leavers',
        help: 'Service clients with a secret that a disabled or erased account, or a client that it made, has issued',
        type: 'gauge',
        read: () => counted,
      },
    ],
  }
}
