import { sql } from 'kysely'
import type { AuthTransaction } from './auth-database.ts'

/** Runs statements whose failure undoes them alone: the transaction goes on, and may decide by the error. */
export async function withSavepoint<Result>(trx: AuthTransaction, work: () => Promise<Result>): Promise<Result> {
  await sql`savepoint attempt`.execute(trx)
  try {
    const result = await work()
    await sql`release savepoint attempt`.execute(trx)
    return result
  } catch (error) {
    await sql`rollback to savepoint attempt`.execute(trx)
    throw error
  }
}

/** Runs statements and undoes them, whatever they return. */
export async function withoutTrace(trx: AuthTransaction, work: () => Promise<unknown>): Promise<void> {
  await sql`savepoint undone`.execute(trx)
  await work()
  await sql`rollback to savepoint undone`.execute(trx)
}
