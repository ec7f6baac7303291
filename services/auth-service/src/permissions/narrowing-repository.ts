import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'

/** A role that holds less than before, or a scope that is no more, from a version of the policy on. */
export type Narrowing = { readonly kind: 'role' | 'scope'; readonly name: string; readonly pol: number }

export async function recordNarrowing(trx: AuthTransaction, narrowing: Narrowing): Promise<void> {
  const { pol } = narrowing
  const narrowed_at = new Date()
  await trx
    .insertInto('narrowings')
    .values({ ...narrowing, narrowed_at })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet({ pol, narrowed_at }))
    .execute()
}

export async function findNarrowing(
  db: AuthDatabase,
  { kind, name }: Pick<Narrowing, 'kind' | 'name'>,
): Promise<Narrowing | undefined> {
  return db
    .selectFrom('narrowings')
    .select(['kind', 'name', 'pol'])
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst()
}

export async function listNarrowingsSince(db: AuthDatabase, since: Date): Promise<Narrowing[]> {
  return db.selectFrom('narrowings').select(['kind', 'name', 'pol']).where('narrowed_at', '>=', since).execute()
}
