import { type Actor, callerKey } from '../actor.ts'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import { problems } from '../errors.ts'
import { fingerprintOf } from './fingerprint.ts'
import { claimKey, storeAnswer } from './idempotency-repository.ts'

/** A request that its caller may repeat: the key that came with it, and its body. */
export type KeyedRequest = { readonly actor: Actor; readonly key: string; readonly body: unknown }

/**
 * Does the work at the first request with a key. Every later request with it gets the same answer, as it was then. It runs in
 * the transaction that does the work: an error leaves the key free.
 *
 * @param revive makes an answer of its JSON, which has no dates
 * @throws `idempotency_key_reused` when the key came with another body before
 */
export async function withIdempotencyKey<Answer>(
  trx: EmployeeTransaction,
  { actor, key, body }: KeyedRequest,
  work: () => Promise<Answer>,
  revive: (json: unknown) => Answer,
): Promise<Answer> {
  const claim = { caller: callerKey(actor), key, fingerprint: fingerprintOf(body) }
  const stored = await claimKey(trx, claim)
  if (stored !== undefined) {
    if (stored.fingerprint !== claim.fingerprint) throw new problems.idempotency_key_reused()
    return revive(stored.answer)
  }
  const answer = await work()
  await storeAnswer(trx, claim, answer)
  return answer
}
