import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { FormerAddress } from './former-address-table.ts'
import { type Account, uniqueKey } from './user.ts'
import { toAccount } from './user-table.ts'

/** Of an account that the transaction has locked: its owner has shown that the mailbox is theirs. */
export async function verifyAddress(trx: AuthTransaction, { user }: Account): Promise<Account> {
  const now = new Date()
  const row = await trx
    .updateTable('users')
    .set((eb) => ({
      email_verified_at: eb.fn.coalesce('email_verified_at', eb.val(now)),
      self_registered: false,
      unverified_until: null,
      updated_at: now,
    }))
    .where('id', '=', user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

/**
 * Gives an account that the transaction has locked another address, which its owner has shown to be theirs. Rejects with a unique
 * violation of `users_email_key`, also for an address that another account may still come back to.
 */
export async function changeAddress(trx: AuthTransaction, account: Account, email: string): Promise<Account> {
  const now = new Date()
  const row = await trx
    .updateTable('users')
    .set({
      email,
      email_key: uniqueKey(email),
      email_verified_at: now,
      self_registered: false,
      unverified_until: null,
      address_version: account.addressVersion + 1,
      updated_at: now,
    })
    .where('id', '=', account.user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

/**
 * Takes an account that the transaction has locked back to a former address, or without one leaves it at its own, and makes its password
 * void. Rejects with a unique violation of `users_email_key`.
 */
export async function restoreAddress(
  trx: AuthTransaction,
  account: Account,
  former: FormerAddress | undefined,
): Promise<Account> {
  const row = await trx
    .updateTable('users')
    .set({
      ...(former && {
        email: former.address,
        email_key: uniqueKey(former.address),
        email_verified_at: former.verifiedAt,
      }),
      address_version: account.addressVersion + 1,
      password_hash: null,
      password_version: account.passwordVersion + 1,
      updated_at: new Date(),
    })
    .where('id', '=', account.user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

/** Ids of accounts that {@link givesWay give way} and whose time to verify their address was over by then. */
export async function listUnverifiedSince(db: AuthDatabase, at: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('users')
    .select('id')
    .where('unverified_until', '<=', at)
    .where('self_registered', '=', true)
    .where('email_verified_at', 'is', null)
    .where('roles', '<@', sql<string[]>`array['user']`)
    .where('status', '=', 'active')
    .orderBy('unverified_until')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
