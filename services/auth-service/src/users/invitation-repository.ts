import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { listMailErrorsOfLinks } from '../mail/mail-status-repository.ts'
import type { Invitation, InvitationStatus } from './invitation.ts'
import type { Account } from './user.ts'
import { usernameColumns } from './user-repository.ts'
import { toAccount } from './user-table.ts'

type Page = {
  /** Those of accounts that this user or client invited; all without. */
  readonly invitedBy: string | undefined
  readonly limit: number
  readonly beforeId: string | undefined
  readonly at: Date
}

export async function listInvitations(
  db: AuthDatabase,
  { invitedBy, limit, beforeId, at }: Page,
): Promise<Invitation[]> {
  let query = db
    .selectFrom('links')
    .innerJoin('users', 'users.id', 'links.user_id')
    .selectAll('users')
    .select([
      'links.id as link_id',
      'links.created_by as link_created_by',
      'links.created_at as link_created_at',
      'links.expires_at as link_expires_at',
      'links.used_at',
      'links.withdrawn_at',
    ])
    .where('links.purpose', '=', 'invitation')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('links as newer')
            .select('newer.id')
            .whereRef('newer.user_id', '=', 'links.user_id')
            .where('newer.purpose', '=', 'invitation')
            .whereRef('newer.id', '>', 'links.id'),
        ),
      ),
    )
    .orderBy('links.id', 'desc')
    .limit(limit)
  if (invitedBy !== undefined) query = query.where('users.invited_by', '=', invitedBy)
  if (beforeId !== undefined) query = query.where('links.id', '<', beforeId)
  const rows = await query.execute()
  const mailErrors = await listMailErrorsOfLinks(
    db,
    rows.map((row) => row.link_id),
  )
  return rows.map((row) => ({
    id: row.link_id,
    user: toAccount(row).user,
    state: stateOf(row, at),
    createdBy: row.link_created_by,
    createdAt: row.link_created_at,
    expiresAt: row.link_expires_at,
    lastMailError: mailErrors.get(row.link_id) ?? null,
  }))
}

/** The newest invitation of one account, unless it has long been over. */
export async function findInvitation(
  db: AuthDatabase,
  userId: string,
  at: Date,
): Promise<InvitationStatus | undefined> {
  const row = await db
    .selectFrom('links')
    .select(['used_at', 'withdrawn_at', 'expires_at as link_expires_at'])
    .select(({ exists, selectFrom }) =>
      exists(selectFrom('mails').select('mails.id').whereRef('mails.link_id', '=', 'links.id')).as('mailed'),
    )
    .where('user_id', '=', userId)
    .where('purpose', '=', 'invitation')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { state: stateOf(row, at), expiresAt: row.link_expires_at, mailed: Boolean(row.mailed) }
}

type LinkRow = { used_at: Date | null; withdrawn_at: Date | null; link_expires_at: Date }

function stateOf({ used_at, withdrawn_at, link_expires_at }: LinkRow, at: Date): Invitation['state'] {
  if (used_at !== null) return 'accepted'
  if (withdrawn_at !== null) return 'withdrawn'
  return link_expires_at.getTime() <= at.getTime() ? 'expired' : 'open'
}

type Acceptance = {
  readonly passwordHash: string
  readonly username?: string | undefined
  readonly fullName?: string | null | undefined
  readonly isVerified: boolean
}

/** Makes an invited account active, which the transaction has locked. Rejects with a unique violation for {@link isUsernameTaken}. */
export async function acceptInvitation(
  trx: AuthTransaction,
  { user, passwordVersion }: Account,
  { passwordHash, username, fullName = user.fullName, isVerified }: Acceptance,
): Promise<Account> {
  const row = await trx
    .updateTable('users')
    .set((eb) => ({
      status: 'active' as const,
      password_hash: passwordHash,
      password_version: passwordVersion + 1,
      password_changed_at: sql<Date>`now()`,
      ...(username !== undefined && username !== user.username && usernameColumns(username)),
      full_name: fullName,
      updated_at: new Date(),
      ...(isVerified && { email_verified_at: eb.fn.coalesce('email_verified_at', sql<Date>`now()`) }),
    }))
    .where('id', '=', user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}
