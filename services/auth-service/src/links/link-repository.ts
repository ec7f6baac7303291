import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Account } from '../users/user.ts'
import type { Link, LinkPurpose, LinkState } from './link.ts'
import { toLink } from './link-table.ts'

export type NewLink = {
  readonly purpose: LinkPurpose
  readonly userId: string
  readonly address: string
  readonly bound: LinkState
  readonly shown: boolean
  readonly isVouched: boolean
  readonly createdBy: string | null
  readonly expiresAt: Date
}

export async function insertLink(trx: AuthTransaction, link: NewLink): Promise<Link> {
  const row = await trx
    .insertInto('links')
    .values({
      id: uuidv7(),
      purpose: link.purpose,
      user_id: link.userId,
      address: link.address,
      bound: JSON.stringify(link.bound),
      shown: link.shown,
      vouched: link.isVouched,
      created_by: link.createdBy,
      expires_at: link.expiresAt,
      used_at: null,
      withdrawn_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toLink(row)
}

/** Another token that opens the link. False when the link is gone. */
export async function insertLinkToken(db: AuthDatabase, linkId: string, hash: Buffer): Promise<boolean> {
  const result = await db
    .insertInto('link_tokens')
    .columns(['hash', 'link_id'])
    .expression((eb) =>
      eb
        .selectFrom('links')
        .select([sql<Buffer>`${hash}`.as('hash'), 'id'])
        .where('id', '=', linkId),
    )
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function deleteLinkToken(db: AuthDatabase, hash: Buffer): Promise<void> {
  await db.deleteFrom('link_tokens').where('hash', '=', hash).execute()
}

/** The link that a token opens, whatever its state; undefined for what was never a token of ours. */
export async function findLinkByToken(db: AuthDatabase, hash: Buffer): Promise<Link | undefined> {
  const row = await db
    .selectFrom('link_tokens')
    .innerJoin('links', 'links.id', 'link_tokens.link_id')
    .selectAll('links')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row && toLink(row)
}

export async function findLink(db: AuthDatabase, linkId: string): Promise<Link | undefined> {
  const row = await db.selectFrom('links').selectAll().where('id', '=', linkId).executeTakeFirst()
  return row && toLink(row)
}

/** The link, which nobody else uses or withdraws until the transaction ends. Lock the user's row before. */
export async function lockLink(trx: AuthTransaction, linkId: string): Promise<Link | undefined> {
  const row = await trx.selectFrom('links').selectAll().where('id', '=', linkId).forUpdate().executeTakeFirst()
  return row && toLink(row)
}

export async function markLinkUsed(trx: AuthTransaction, linkId: string): Promise<void> {
  await trx.updateTable('links').set({ used_at: sql<Date>`now()` }).where('id', '=', linkId).execute()
  await trx.deleteFrom('link_tokens').where('link_id', '=', linkId).execute()
}

/** Withdraws the user's open links of these purposes. True when there was one. */
export async function withdrawLinks(
  trx: AuthTransaction,
  userId: string,
  ...purposes: readonly LinkPurpose[]
): Promise<boolean> {
  const result = await trx
    .updateTable('links')
    .set({ withdrawn_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** What one person, or a service client, may make for another. */
const HANDED_PURPOSES: readonly LinkPurpose[] = ['invitation', 'password_reset']

/** Withdraws the open links that a user or a service client made for others: nobody's authority outlives its holder. */
export async function withdrawLinksBy(trx: AuthTransaction, createdBy: string): Promise<void> {
  await trx
    .updateTable('links')
    .set({ withdrawn_at: sql<Date>`now()` })
    .where('created_by', '=', createdBy)
    .where('purpose', 'in', HANDED_PURPOSES)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .execute()
}

/** Has the open links that undo a change from this address, which is the user's until now, work until then. True when there was one. */
export async function extendUndoLinks(
  trx: AuthTransaction,
  { user, addressVersion }: Account,
  until: Date,
): Promise<boolean> {
  const result = await trx
    .updateTable('links')
    .set({ expires_at: until })
    .where('user_id', '=', user.id)
    .where('purpose', '=', 'email_undo')
    .where('address', '=', user.email)
    .where(sql<number>`(bound ->> 'addressVersion')::int`, '=', addressVersion)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** The newest link of a purpose that the user was sent. */
export async function findNewestLink(
  db: AuthDatabase,
  userId: string,
  purpose: LinkPurpose,
): Promise<Link | undefined> {
  const row = await db
    .selectFrom('links')
    .selectAll()
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toLink(row)
}

/** How many links of a purpose others have asked for since, for a user. */
export async function countLinksFor(
  db: AuthDatabase,
  userId: string,
  purpose: LinkPurpose,
  since: Date,
): Promise<number> {
  const { count } = await db
    .selectFrom('links')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('created_by', 'is not', null)
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Deletes the links to these mailboxes, whoever's they are. @param addressKeys as they are compared */
export async function deleteLinksTo(trx: AuthTransaction, addressKeys: readonly string[]): Promise<void> {
  if (addressKeys.length === 0) return
  await trx.deleteFrom('links').where(sql`lower(address)`, 'in', addressKeys).execute()
}

/** Deletes links that have been over for longer than anything asks about them. */
export async function deleteLinksBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('links').where('expires_at', '<', before).execute()
}
