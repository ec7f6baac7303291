import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { Account } from '../users/user.ts'
import { findAccount, lockAccount } from '../users/user-repository.ts'
import {
  hashLinkToken,
  isBoundTo,
  LINK_TTL_MS,
  type Link,
  type LinkPurpose,
  linkUrl,
  newLinkToken,
  stateOf,
} from './link.ts'
import {
  deleteLinkToken,
  findLink,
  findLinkByToken,
  insertLink,
  insertLinkToken,
  lockLink,
  markLinkUsed,
} from './link-repository.ts'

/** A link that was presented, with the account that it opens: both are locked, and in the state that it was made in. */
export type OpenedLink = { readonly link: Link; readonly account: Account }

/** A link as one mail carries it. */
export type DrawnLink = {
  readonly link: Link
  /** Holds a token that nothing else holds. */
  readonly url: string
  /** Makes that token void, for a mail that surely did not leave. */
  discard(): Promise<void>
}

export type LinkRequest = {
  readonly purpose: LinkPurpose
  readonly account: Account
  /** The mailbox that it goes to, the account's own unless given. */
  readonly address?: string
  /** As long as links of its purpose work, unless given. */
  readonly expiresAt?: Date
  readonly createdBy?: string | null
  /** Whether whoever asks for it sees it too. */
  readonly shown?: boolean
  readonly isVouched?: boolean
}

/** Links that open an account once. They never carry a token before {@link LinkService.draw} is called for them. */
export type LinkService = {
  /** Part of the transaction whose change it belongs to, after the account has been changed. */
  create(trx: AuthTransaction, request: LinkRequest): Promise<Link>
  /** The address of the link under a new token, whose hash is stored by then. Undefined when the link is gone. */
  draw(db: AuthDatabase, link: Pick<Link, 'id' | 'purpose'>): Promise<string | undefined>
  /** The same for a mail that may have waited: `expired`, or `closed` for any other reason, where the link opens nothing any more. */
  drawForMail(db: AuthDatabase, linkId: string): Promise<DrawnLink | 'expired' | 'closed'>
  /**
   * The link of a presented token and its account, for checks that come before the transaction.
   * @throws `invalid_link` as {@link LinkService.open}, which has the last word
   */
  find(db: AuthDatabase, token: string, purpose: LinkPurpose): Promise<OpenedLink>
  /**
   * The link of a presented token and its account, both locked. Nothing is used up yet.
   * @throws `invalid_link` for what is used, expired, withdrawn, of another purpose, or from before a change of the account
   */
  open(trx: AuthTransaction, token: string, purpose: LinkPurpose): Promise<OpenedLink>
  /** Uses the link up: every token of it is dead. */
  use(trx: AuthTransaction, link: Link): Promise<void>
}

/** @param base where links lead, without the path of their purpose */
export function createLinkService({ base, now }: { base: string; now: () => number }): LinkService {
  function assertOpens(link: Link | undefined, account: Account | undefined): OpenedLink {
    if (!link || !account || !opens(link, account, now())) throw new problems.invalid_link()
    return { link, account }
  }

  async function findOfPurpose(db: AuthDatabase, token: string, purpose: LinkPurpose): Promise<Link> {
    const link = await findLinkByToken(db, hashLinkToken(token))
    if (link?.purpose !== purpose) throw new problems.invalid_link()
    return link
  }

  return {
    create(trx, request) {
      const { purpose, account, address = account.user.email } = request
      const { createdBy = null, shown = false, isVouched = false } = request
      return insertLink(trx, {
        purpose,
        userId: account.user.id,
        address,
        bound: stateOf(purpose, account),
        shown,
        isVouched,
        createdBy,
        expiresAt: request.expiresAt ?? new Date(now() + LINK_TTL_MS[purpose]),
      })
    },

    async draw(db, { id, purpose }) {
      const token = newLinkToken()
      return (await insertLinkToken(db, id, hashLinkToken(token))) ? linkUrl(base, purpose, token) : undefined
    },

    async find(db, token, purpose) {
      const link = await findOfPurpose(db, token, purpose)
      return assertOpens(link, await findAccount(db, link.userId))
    },

    async drawForMail(db, linkId) {
      const link = await findLink(db, linkId)
      if (!link) return 'closed'
      if (link.expiresAt.getTime() <= now()) return 'expired'
      const account = await findAccount(db, link.userId)
      if (!account || !opens(link, account, now())) return 'closed'
      const token = newLinkToken()
      const hash = hashLinkToken(token)
      if (!(await insertLinkToken(db, link.id, hash))) return 'closed'
      return { link, url: linkUrl(base, link.purpose, token), discard: () => deleteLinkToken(db, hash) }
    },

    async open(trx, token, purpose) {
      const { id, userId } = await findOfPurpose(trx, token, purpose)
      const account = await lockAccount(trx, userId)
      return assertOpens(await lockLink(trx, id), account)
    },

    use: (trx, link) => markLinkUsed(trx, link.id),
  }
}

/** Unused, in time, and the account is in the state that the link was made in. */
function opens(link: Link, account: Account, nowMs: number): boolean {
  const { usedAt, withdrawnAt, expiresAt } = link
  if (usedAt !== null || withdrawnAt !== null || expiresAt.getTime() <= nowMs) return false
  return account.user.status !== 'disabled' && isBoundTo(link, account)
}
