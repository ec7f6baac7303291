import type { Employee } from '../employees/employee.ts'
import { problems } from '../errors.ts'
import type { Actor } from '../history/actor.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Attempt, IdempotencyRepository } from './idempotency-repository.ts'

export function attemptOf({ kind, id }: Actor, key: string, body: unknown): Attempt {
  return { caller: `${kind}:${id}`, key, fingerprint: fingerprintOf(body) }
}

/**
 * Makes an employee at the first attempt with a key, and gives the same one to every further attempt, as it was then.
 * Belongs into the transaction that makes the employee: what fails leaves the key free.
 *
 * @throws `idempotency_key_reused` when the key came with another body before
 */
export async function onlyOnce(
  keys: IdempotencyRepository,
  attempt: Attempt,
  make: () => Promise<Employee>,
): Promise<Employee> {
  const kept = await keys.claim(attempt)
  if (kept !== undefined) {
    if (kept.fingerprint !== attempt.fingerprint) throw new problems.idempotency_key_reused()
    return revived(kept.answer)
  }
  const employee = await make()
  await keys.keep(attempt, employee)
  return employee
}

/** JSON has no dates. What is kept was an employee of ours. */
function revived(answer: unknown): Employee {
  const employee = answer as Employee
  return { ...employee, createdAt: new Date(employee.createdAt), updatedAt: new Date(employee.updatedAt) }
}
