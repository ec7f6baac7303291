import type { Scope } from '@latchkey/harness'
import { startClusterStore } from './cluster-store.ts'
import type { RedisStore, StoreOptions, Topology } from './redis-store.ts'
import { startSentinelStore } from './sentinel-store.ts'
import { startSingleStore } from './single-store.ts'

/** Runs a Redis until the scope is closed. Returns once it serves. */
export async function startRedisStore(
  scope: Scope,
  topology: Topology,
  options: StoreOptions = {},
): Promise<RedisStore> {
  switch (topology) {
    case 'single':
      return startSingleStore(scope, options)
    case 'cluster':
      return startClusterStore(scope)
    case 'sentinel':
      return startSentinelStore(scope)
  }
}
