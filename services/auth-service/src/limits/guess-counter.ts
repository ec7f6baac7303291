import { createHmac } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'
import type { RateLimit } from '@latchkey/problems'
import { createDerivedKeys } from '../keys/derive-key.ts'

/** The most wrong guesses within any window of so many seconds. */
export type GuessLimit = { readonly failures: number; readonly seconds: number }

/** One of the counts that a guess takes part in. */
export type GuessCounter = {
  readonly limit: RateLimit
  /** The hash that it is a field of. */
  readonly hash: string
  readonly field: string
  /** How many fields the hash has at most, and what happens to one more. Not needed where the fields are bounded anyway. */
  readonly capacity?: { readonly fields: number; readonly whenFull: 'evict' | 'refuse' }
  /** Whether a right guess resets the counter, because the owner made the wrong ones too. */
  readonly isReset: boolean
  /** It counts right guesses in place of wrong ones: a check costs the same, whether the secret is right or wrong. */
  readonly countsRight?: true
}

/** A table consists of this many small hashes, each of which Redis packs as one list. */
const SHARDS = 64
const FIELDS_PER_SHARD = 64

/** A keyed hash: the text cannot be guessed from it, and a caller cannot choose texts that collide. */
export type Pseudonym = (text: string) => Buffer

/** @param ring that this service alone has */
export function createPseudonym(ring: () => SigningRing): Pseudonym {
  const keyOf = createDerivedKeys('guess counters')
  return (text) => createHmac('sha256', keyOf(ring().signing)).update(text).digest()
}

/** A limit by its public name. */
export const toRateLimit = (name: string, { failures, seconds }: GuessLimit): RateLimit => ({
  name,
  quota: failures,
  windowSeconds: seconds,
})

/** A pseudonym as a field of a hash. People sometimes type a password as a name; it must not be readable there. */
export const fieldOf = (pseudonym: Buffer): string => pseudonym.subarray(1, 10).toString('base64url')

/**
 * A field of a table that holds at most 4,096 counters, in less than 0.4 MiB: for what strangers can invent. Beyond that the counters
 * with the fewest guesses give way.
 */
export const inTable = (table: string, pseudonym: Buffer): Pick<GuessCounter, 'hash' | 'field' | 'capacity'> => ({
  hash: `${table}:${(pseudonym[0] ?? 0) % SHARDS}`,
  field: fieldOf(pseudonym),
  capacity: { fields: FIELDS_PER_SHARD, whenFull: 'evict' },
})
