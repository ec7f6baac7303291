import { commonProblems } from '@latchkey/problems'
import { invitationWithdrawn, userInvited } from '../audit/security-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { withdrawLinks } from '../links/link-repository.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Policy } from '../permissions/policy.ts'
import { assertTokenFits } from '../permissions/policy-bounds.ts'
import type { TokenSize } from '../permissions/token-size.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import { insertAccountNamedLike, usernameOfMailbox } from '../users/free-username.ts'
import type { Invitation } from '../users/invitation.ts'
import { listInvitations } from '../users/invitation-repository.ts'
import { type Account, givesWay, type User } from '../users/user.ts'
import { findAccount, findAccountByName, insertAccount, lockAccount } from '../users/user-repository.ts'
import { assertMayGrant, assertWithinScopes, type Caller } from './account-bound.ts'
import { assertAcceptableUsername } from './assert-acceptable.ts'
import { isOfDomains } from './email-domain.ts'
import type { Erasure } from './erasure.ts'
import type { HandedLink, HandOver } from './handed-link.ts'
import type { InvitationQuota } from './invitation-quota.ts'
import { TO_VOUCH } from './link-authority.ts'
import { lockCaller } from './lock-caller.ts'
import { toConflict } from './to-conflict.ts'

export type Invitee = {
  readonly email: string
  readonly username?: string | undefined
  readonly fullName?: string | null | undefined
  readonly roles?: string[] | undefined
}

export type Invited = { readonly user: User; readonly invitation: HandedLink }

/** How people come in who are invited. */
export type Invitations = {
  /**
   * Makes an account that its owner makes active by a link. One that registered itself with this address, never proved it
   * and was given no role, gives way.
   * @throws `exceeds_own_scopes`, `too_many_scopes`, `domain_not_allowed`, `email_taken` with the `accountStatus`, `username_taken`,
   * `too_many_requests`, `invalid_request` for an unknown role or a user name that is not acceptable
   */
  invite(invitee: Invitee, caller: Caller): Promise<Invited>
  /**
   * A new link, in place of the one before.
   * @throws `user_not_found`, `exceeds_own_scopes`, `domain_not_allowed`, `already_active`, `account_disabled`, `too_many_requests`
   */
  renew(userId: string, caller: Caller): Promise<Invited>
  /**
   * Erases the account, which was never accepted: a caller who may invite can take a mistake back, and the address is free again.
   * @throws `user_not_found`, `exceeds_own_scopes`, `already_active`, `account_disabled`
   */
  withdraw(userId: string, caller: Caller): Promise<void>
  /** Those of the accounts that the caller invited, all with `users:read`; newest first, from those before `beforeId`. */
  list(caller: Caller, limit: number, beforeId: string | undefined): Promise<Invitation[]>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly handOver: HandOver
  readonly erasure: Erasure
  readonly invitationQuota: InvitationQuota
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  /** Of addresses that callers without `users:write` may invite; any without. */
  readonly invitationDomains: readonly string[] | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A mailbox that gets no further invitation is asked again within the hour. */
const RETRY_AFTER_SECONDS = 3600

export function createInvitations(dependencies: Dependencies): Invitations {
  const { db, writeAs, handOver, erasure, invitationQuota, invitationDomains, permissions, tokenSize, now } =
    dependencies

  function assertMayInvite(caller: Caller, email: string): void {
    if (!caller.scopes.has('users:write') && !isOfDomains(email, invitationDomains)) {
      throw new problems.domain_not_allowed()
    }
  }

  async function send(trx: AuthTransaction, audit: Audit, account: Account, caller: Caller): Promise<Invited> {
    const { user } = account
    const isVouched = caller.scopes.has(TO_VOUCH)
    const facts = caller.name === null ? {} : { inviterName: caller.name }
    const invitation = await handOver(
      trx,
      { purpose: 'invitation', account, createdBy: caller.id, isVouched },
      { facts },
    )
    if (!invitation) throw new commonProblems.too_many_requests({ retryAfterSeconds: RETRY_AFTER_SECONDS })
    await audit(userInvited({ userId: user.id, email: user.email, roles: user.roles }))
    return { user, invitation }
  }

  /** @returns the id of the account that gave way, if there was one */
  async function makeRoom(
    trx: AuthTransaction,
    audit: Audit,
    email: string,
    { caller, policy }: Bound,
  ): Promise<string | undefined> {
    const found = await findAccountByName(trx, { email })
    // No account is locked that may be an administrator's.
    if (found && !givesWay(found)) throw takenBy(found)
    const account = found && (await lockAccount(trx, found.user.id))
    if (!account) return undefined
    if (!givesWay(account)) throw takenBy(account)
    assertWithinScopes(caller, account, policy)
    await erasure.erase(trx, audit, { account, why: 'invited', origin: caller.origin })
    return account.user.id
  }

  return {
    async invite({ email, username, fullName = null, roles = ['user'] }, caller) {
      assertMayGrant(caller, roles, permissions.policy)
      assertMayInvite(caller, email)
      if (username !== undefined) assertAcceptableUsername(username)
      const { invited, gone } = await invitationQuota.spend(caller, () =>
        writeAs(caller.origin, async (trx, audit) => {
          await lockRecoveryShared(trx)
          const policy = await permissions.share(trx)
          // Again: what was looked at before may have changed.
          assertMayGrant(caller, roles, policy)
          assertTokenFits({ policy, roles }, tokenSize)
          await lockCaller(trx, caller, policy)
          const gone = await makeRoom(trx, audit, email, { caller, policy })
          const facts = { email, fullName, roles, passwordHash: null, status: 'invited' as const, invitedBy: caller.id }
          const account =
            username === undefined
              ? await insertAccountNamedLike(trx, usernameOfMailbox(email), facts)
              : await insertAccount(trx, { ...facts, username })
          return { invited: await send(trx, audit, account, caller), gone }
        }).catch((error: unknown) => {
          throw toConflict(error)
        }),
      )
      // The invitation stands, and a link that is shown is shown once.
      if (gone !== undefined) await erasure.tryPurge(gone)
      return invited
    },

    renew: (userId, caller) =>
      invitationQuota.spend(caller, () =>
        writeAs(caller.origin, async (trx, audit) => {
          const policy = await permissions.share(trx)
          await lockCaller(trx, caller, policy)
          const account = await lockInvited(trx, userId, { caller, policy })
          assertMayInvite(caller, account.user.email)
          await withdrawLinks(trx, userId, 'invitation')
          return send(trx, audit, account, caller)
        }),
      ),

    async withdraw(userId, caller) {
      await writeAs(caller.origin, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const policy = await permissions.share(trx)
        await lockCaller(trx, caller, policy)
        const account = await lockInvited(trx, userId, { caller, policy })
        await audit(invitationWithdrawn(userId))
        await erasure.erase(trx, audit, { account, why: 'withdrawn', origin: caller.origin })
      })
      await erasure.tryPurge(userId)
    },

    list: (caller, limit, beforeId) =>
      listInvitations(db, {
        invitedBy: caller.scopes.has('users:read') ? undefined : caller.id,
        limit: limit + 1,
        beforeId,
        at: new Date(now()),
      }),
  }
}

/** Those who may invite may know what an account is that is in the way: an invitation of before, or disabled. */
const takenBy = ({ user }: Account): Error => new problems.email_taken({ extensions: { accountStatus: user.status } })

type Bound = { readonly caller: Caller; readonly policy: Policy }

async function lockInvited(trx: AuthTransaction, userId: string, bound: Bound): Promise<Account> {
  // No account is locked that may be an administrator's.
  assertInvited(await findAccount(trx, userId), bound)
  return assertInvited(await lockAccount(trx, userId), bound)
}

function assertInvited(account: Account | undefined, { caller, policy }: Bound): Account {
  if (!account) throw new problems.user_not_found()
  assertWithinScopes(caller, account, policy)
  if (account.user.status === 'active') throw new problems.already_active()
  if (account.user.status === 'disabled') throw new problems.account_disabled()
  return account
}
