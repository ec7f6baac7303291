import type { KeyRing } from '@latchkey/access-token'
import type { RevocationTable } from './revocation-table.ts'

/**
 * A ring whose revoked keys can not be taken out: asking for one calls `refuse`. The ring is where every token's `kid` is
 * looked up, so that no signature under such a key is even computed.
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
      // Also one that is not in the ring any more: what is known to be revoked is not just unknown.
      get: (kid) => (table.refusesKey(kid) ? refuse() : from.get(kid)),
    }
  }

  return () => {
    const from = ring()
    if (guarded?.from !== from) guarded = { from, ring: guardRing(from) }
    return guarded.ring
  }
}
