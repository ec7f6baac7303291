import type { KeyRing } from '@latchkey/access-token'
import type { RevocationTable } from './revocation-table.ts'

/**
 * A ring that calls `refuse` when a revoked key is looked up. Every token's `kid` is looked up in the ring, so no signature
 * under such a key is computed.
 */
export function guardKeys(
  ring: () => KeyRing,
  table: Pick<RevocationTable, 'refusesKey'>,
  refuse: () => never,
): () => KeyRing {
  let guarded: { from: KeyRing; ring: KeyRing } | undefined

  function guardRing(from: KeyRing): KeyRing {
    return {
      algorithm: from.algorithm,
      keys: from.keys,
      // Also one that is no longer in the ring: it is revoked, not just unknown.
      get: (kid) => (table.refusesKey(kid) ? refuse() : from.get(kid)),
    }
  }

  return () => {
    const from = ring()
    if (guarded?.from !== from) guarded = { from, ring: guardRing(from) }
    return guarded.ring
  }
}
