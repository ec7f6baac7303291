import { isUniqueViolation } from '@latchkey/database'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { RaisedVersion } from '../revocations/known-versions.ts'
import { type Account, type UserStatus, uniqueKey } from './user.ts'
import { toAccount } from './user-table.ts'
import { usernameLook } from './username-look.ts'

export type NewAccount = {
  readonly email: string
  readonly username: string
  readonly fullName: string | null
  /** Null for an account that is invited. */
  readonly passwordHash: string | null
  readonly roles: string[]
  /** `active` unless given. */
  readonly status?: UserStatus
  /** Whether the address counts as verified. */
  readonly isVerified?: boolean
  /** False unless given. */
  readonly isSelfRegistered?: boolean
  readonly unverifiedUntil?: Date | null
  readonly invitedBy?: string | null
}

/** How a person names the account to sign in to. */
export type AccountName = { readonly email: string } | { readonly username: string }

/** Whether another account has this user name, or one that looks like it. */
export const isUsernameTaken = (error: unknown): boolean =>
  isUniqueViolation(error, 'users_username_key') || isUniqueViolation(error, 'users_username_look')

/** Of a new user name. An account keeps the one it has without a comparison. */
export const usernameColumns = (username: string) => ({
  username,
  username_key: uniqueKey(username),
  username_look: usernameLook(username),
})

/** Rejects with a unique violation of `users_email_key`, or one for {@link isUsernameTaken}. */
export async function insertAccount(db: AuthDatabase, account: NewAccount): Promise<Account> {
  const row = await db
    .insertInto('users')
    .values({
      id: uuidv7(),
      email: account.email,
      email_key: uniqueKey(account.email),
      ...usernameColumns(account.username),
      full_name: account.fullName,
      password_hash: account.passwordHash,
      roles: account.roles,
      status: account.status ?? 'active',
      email_verified_at: account.isVerified ? new Date() : null,
      self_registered: account.isSelfRegistered ?? false,
      unverified_until: account.unverifiedUntil ?? null,
      invited_by: account.invitedBy ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

export async function findAccountByName(db: AuthDatabase, name: AccountName): Promise<Account | undefined> {
  const query = db.selectFrom('users').selectAll()
  const row = await ('email' in name
    ? query.where('email_key', '=', uniqueKey(name.email))
    : query.where('username_key', '=', uniqueKey(name.username))
  ).executeTakeFirst()
  return row && toAccount(row)
}

/** Those of the user names that another account has, or one that looks like it. */
export async function listTakenUsernames(db: AuthDatabase, usernames: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('users')
    .select(['username_key', 'username_look'])
    .where((eb) =>
      eb.or([
        eb('username_key', 'in', usernames.map(uniqueKey)),
        eb('username_look', 'in', usernames.map(usernameLook)),
      ]),
    )
    .execute()
  const taken = new Set(rows.flatMap((row) => [row.username_key, row.username_look]))
  return new Set(usernames.filter((name) => taken.has(uniqueKey(name)) || taken.has(usernameLook(name))))
}

export async function findAccount(db: AuthDatabase, userId: string): Promise<Account | undefined> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()
  return row && toAccount(row)
}

/** The account with a shared lock: once every change under way has committed. */
export async function findAccountForShare(db: AuthDatabase, userId: string): Promise<Account | undefined> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', userId).forShare().executeTakeFirst()
  return row && toAccount(row)
}

/** The account, locked: no other transaction changes it or signs in to it until this one ends. */
export async function lockAccount(trx: AuthTransaction, userId: string): Promise<Account | undefined> {
  const row = await trx.selectFrom('users').selectAll().where('id', '=', userId).forNoKeyUpdate().executeTakeFirst()
  return row && toAccount(row)
}

/** The same for several, in the order of their ids. */
export async function lockAccounts(trx: AuthTransaction, userIds: readonly string[]): Promise<Account[]> {
  const rows = await trx
    .selectFrom('users')
    .selectAll()
    .where('id', 'in', [...userIds])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return rows.map(toAccount)
}

export type ProfileChange = { readonly username?: string; readonly fullName?: string | null }

/** Changes an account that the transaction has locked. Rejects with a unique violation for {@link isUsernameTaken}. */
export async function updateProfile(
  trx: AuthTransaction,
  { user }: Account,
  { username, fullName }: ProfileChange,
): Promise<Account> {
  const row = await trx
    .updateTable('users')
    .set({
      ...(username !== undefined && username !== user.username && usernameColumns(username)),
      ...(fullName !== undefined && { full_name: fullName }),
      updated_at: new Date(),
    })
    .where('id', '=', user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

/** Makes every token issued so far void. */
export async function bumpTokenVersion(trx: AuthTransaction, userId: string): Promise<Account | undefined> {
  const row = await trx
    .updateTable('users')
    .set((eb) => ({ token_version: eb('token_version', '+', 1), updated_at: new Date() }))
    .where('id', '=', userId)
    .returningAll()
    .executeTakeFirst()
  return row && toAccount(row)
}

/** Sets a new password. Undefined when another was set since `replaces` was read. */
export async function changePassword(
  trx: AuthTransaction,
  replaces: Account,
  passwordHash: string,
): Promise<Account | undefined> {
  const row = await trx
    .updateTable('users')
    .set({
      password_hash: passwordHash,
      password_version: replaces.passwordVersion + 1,
      password_changed_at: new Date(),
      updated_at: new Date(),
    })
    .where('id', '=', replaces.user.id)
    .where('password_version', '=', replaces.passwordVersion)
    .returningAll()
    .executeTakeFirst()
  return row && toAccount(row)
}

/** Stores a stronger hash of the same password; of parallel attempts the first wins. */
export async function upgradePasswordHash(db: AuthDatabase, account: Account, passwordHash: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_hash: passwordHash })
    .where('id', '=', account.user.id)
    .where('password_hash', '=', account.passwordHash)
    .execute()
}

export type AccountChange = ProfileChange & {
  readonly email?: string
  readonly roles?: string[]
  readonly status?: UserStatus
}

/**
 * Changes an account that the transaction has locked; with `bumpVersion` every token issued so far becomes void. Whoever may do this
 * vouches for an address that they set. A role that they give says nothing about the address, but the account is not erased for it any
 * more. Rejects with a unique violation of `users_email_key`, or one for {@link isUsernameTaken}.
 */
export async function updateAccount(
  trx: AuthTransaction,
  { user, tokenVersion, addressVersion }: Account,
  { email, username, fullName = user.fullName, roles, status = user.status }: AccountChange,
  bumpVersion: boolean,
): Promise<Account> {
  const row = await trx
    .updateTable('users')
    .set({
      ...(username !== undefined && username !== user.username && usernameColumns(username)),
      full_name: fullName,
      roles: roles ?? user.roles,
      status,
      token_version: tokenVersion + (bumpVersion ? 1 : 0),
      updated_at: new Date(),
      ...((email !== undefined || roles !== undefined) && { unverified_until: null }),
      ...(email !== undefined && { email, email_key: uniqueKey(email), self_registered: false }),
      ...(email !== undefined && (email !== user.email || !user.emailVerified) && { email_verified_at: new Date() }),
      ...(email !== undefined && email !== user.email && { address_version: addressVersion + 1 }),
    })
    .where('id', '=', user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

/** Versions of the users whose tokens of before are void, if anything about them changed since. */
export async function listRaisedVersions(db: AuthDatabase, since: Date): Promise<RaisedVersion[]> {
  return db
    .selectFrom('users')
    .select(['id', 'token_version as version'])
    .where('updated_at', '>=', since)
    .where('token_version', '>', 0)
    .execute()
}

export type ChangedUser = { readonly id: string; readonly tokenVersion: number; readonly changedAt: Date }

/** Users that have changed in any way since. */
export async function listUsersChangedSince(db: AuthDatabase, since: Date): Promise<ChangedUser[]> {
  const rows = await db
    .selectFrom('users')
    .select(['id', 'token_version', 'updated_at'])
    .where('updated_at', '>=', since)
    .execute()
  return rows.map((row) => ({ id: row.id, tokenVersion: row.token_version, changedAt: row.updated_at }))
}
