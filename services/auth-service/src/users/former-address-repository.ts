import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { type FormerAddress, toFormerAddress } from './former-address-table.ts'
import { uniqueKey } from './user.ts'

/** Keeps the present address of an account, if it is verified. The transaction has locked the account and is about to change it. */
export async function keepVerifiedAddress(trx: AuthTransaction, userId: string, until: Date): Promise<void> {
  await trx
    .insertInto('former_addresses')
    .columns(['user_id', 'address_key', 'address', 'verified_at', 'left_at_version', 'until'])
    .expression((eb) =>
      eb
        .selectFrom('users')
        .select([
          'id',
          'email_key',
          'email',
          sql<Date>`email_verified_at`.as('email_verified_at'),
          'address_version',
          sql<Date>`${until}::timestamptz`.as('until'),
        ])
        .where('id', '=', userId)
        .where('email_verified_at', 'is not', null),
    )
    .execute()
}

/** The addresses that the account may still come back to, the one that it left first in front. */
export async function listFormerAddresses(db: AuthDatabase, userId: string, at: Date): Promise<FormerAddress[]> {
  const rows = await db
    .selectFrom('former_addresses')
    .selectAll()
    .where('user_id', '=', userId)
    .where('until', '>', at)
    .orderBy('left_at_version')
    .execute()
  return rows.map(toFormerAddress)
}

/** The account has come back to the address, or never will. */
export async function deleteFormerAddress(trx: AuthTransaction, userId: string, address: string): Promise<void> {
  await trx
    .deleteFrom('former_addresses')
    .where('user_id', '=', userId)
    .where('address_key', '=', uniqueKey(address))
    .execute()
}

/** Those that the account left at this address version or later; all of them without one. */
export async function deleteFormerAddresses(trx: AuthTransaction, userId: string, sinceVersion = 0): Promise<void> {
  await trx
    .deleteFrom('former_addresses')
    .where('user_id', '=', userId)
    .where('left_at_version', '>=', sinceVersion)
    .execute()
}

/**
 * Keys of the addresses that the account has, has had, or has asked for, without those that are another account's by now, or are kept
 * for one.
 */
export async function listAddressKeysOf(trx: AuthTransaction, userId: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from (
      select email_key from users where id = ${userId}
      union select address_key from former_addresses where user_id = ${userId}
      union select lower(address) from links where user_id = ${userId}) as own (key)
    where not exists (select from users where email_key = key and id <> ${userId})
      and not exists (select from former_addresses where address_key = key and user_id <> ${userId}
        and verified_at is not null and until > now())`.execute(trx)
  return rows.map(({ key }) => key)
}

/** Deletes these addresses from those that accounts have left, whichever left them. */
export async function forgetFormerAddresses(trx: AuthTransaction, addressKeys: readonly string[]): Promise<void> {
  if (addressKeys.length === 0) return
  await trx.deleteFrom('former_addresses').where('address_key', 'in', addressKeys).execute()
}

export async function deleteExpiredFormerAddresses(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('former_addresses').where('until', '<', before).execute()
}

/** Whether an account has the address, or may still come back to it. */
export async function isAddressTaken(db: AuthDatabase, address: string, at: Date): Promise<boolean> {
  const key = uniqueKey(address)
  const row = await db
    .selectFrom('users')
    .select('id')
    .where('email_key', '=', key)
    .unionAll(
      db
        .selectFrom('former_addresses')
        .select('user_id as id')
        .where('address_key', '=', key)
        .where('verified_at', 'is not', null)
        .where('until', '>', at),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
