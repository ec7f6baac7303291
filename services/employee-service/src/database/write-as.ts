import { type Kysely, sql, type Transaction } from 'kysely'
import { createEmployeeRepository, type EmployeeRepository } from '../employees/employee-repository.ts'
import type { Actor } from '../history/actor.ts'
import { createIdempotencyRepository, type IdempotencyRepository } from '../idempotency/idempotency-repository.ts'
import { createStaging, type Staging } from '../import-export/staging-repository.ts'
import { createOffboardingRepository, type OffboardingRepository } from '../offboarding/offboarding-repository.ts'
import type { EmployeeDatabase } from './employee-database.ts'

/** What can be changed together: every call on these is part of the one transaction. */
export type Stores = {
  readonly employees: EmployeeRepository
  readonly idempotency: IdempotencyRepository
  readonly offboardings: OffboardingRepository
  /** For whoever writes further things in the same transaction. */
  readonly trx: Transaction<EmployeeDatabase>
  readonly staging: Staging
}

/**
 * Runs `work` in one transaction in the name of `actor`, whom the triggers that write the history ask for. Everything that
 * changes employees goes this way. What `work` throws undoes all that it did.
 */
export type WriteAs = <T>(actor: Actor, work: (stores: Stores) => Promise<T>) => Promise<T>

export function createWriteAs(db: Kysely<EmployeeDatabase>): WriteAs {
  return (actor, work) =>
    db.transaction().execute(async (trx) => {
      // True: until the end of the transaction, so that the connection goes back to the pool with nobody on it.
      await sql`
        select set_config('latchkey.actor_kind', ${actor.kind}, true), set_config('latchkey.actor_id', ${actor.id}, true),
          set_config('latchkey.request_id', ${actor.requestId}, true)`.execute(trx)
      return work({
        employees: createEmployeeRepository(trx),
        idempotency: createIdempotencyRepository(trx),
        offboardings: createOffboardingRepository(trx),
        trx,
        staging: createStaging(trx),
      })
    })
}
