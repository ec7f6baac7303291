import { sql } from 'kysely'
import type { Actor } from '../actor.ts'
import type { EmployeeDatabase, EmployeeTransaction } from './employee-database.ts'

/**
 * Runs `work` in one transaction in the name of `actor`, which the triggers that write the history read. Every change of an employee
 * goes this way. An error of `work` undoes all of it.
 */
export type WriteAs = <Result>(actor: Actor, work: (trx: EmployeeTransaction) => Promise<Result>) => Promise<Result>

export function createWriteAs(db: EmployeeDatabase): WriteAs {
  return (actor, work) =>
    db.transaction().execute(async (trx) => {
      // True: the settings end with the transaction, so the connection goes back to the pool without them.
      await sql`
        select set_config('latchkey.actor_kind', ${actor.kind}, true), set_config('latchkey.actor_id', ${actor.id}, true),
          set_config('latchkey.request_id', ${actor.requestId}, true)`.execute(trx)
      return work(trx)
    })
}
