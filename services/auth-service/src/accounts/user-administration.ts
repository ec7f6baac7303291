import { assertAsRead } from '@latchkey/problems'
import { listClientsLeftBy } from '../clients/left-clients-repository.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { LINK_PURPOSES } from '../links/link.ts'
import { withdrawLinks, withdrawLinksBy } from '../links/link-repository.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import { listMailErrorsOfUsers } from '../mail/mail-status-repository.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { assertTokenFits } from '../permissions/policy-bounds.ts'
import type { TokenSize } from '../permissions/token-size.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { deleteFormerAddresses } from '../users/former-address-repository.ts'
import type { InvitationStatus } from '../users/invitation.ts'
import { findInvitation } from '../users/invitation-repository.ts'
import type { User } from '../users/user.ts'
import { listUsers, type UserFilter } from '../users/user-listing-repository.ts'
import { findAccount, updateAccount } from '../users/user-repository.ts'
import type { Caller } from './account-bound.ts'
import { lockCallerAndAccount } from './lock-caller.ts'
import type { ReportRefusedDisabling } from './refused-disabling.ts'
import { toConflict } from './to-conflict.ts'
import {
  assertMayChange,
  isActiveAdmin,
  isSentBack,
  statusAfter,
  takesRole,
  type UserAsRead,
  type UserChange,
  withoutUnchanged,
} from './user-change.ts'
import { eventsOf, noticesOf } from './user-change-events.ts'

export type UserAdministration = {
  /**
   * Newest accounts first, from those before `beforeId`; one more than `limit` where there are more. Without `users:read` only those
   * that the caller invited.
   */
  list(filter: UserFilter, caller: Caller, page: { limit: number; beforeId: string | undefined }): Promise<UserView[]>
  /** @throws `user_not_found` */
  assertExists(userId: string): Promise<void>
  /** @throws `user_not_found`, also for an account that the caller may not see */
  get(userId: string, caller: Caller): Promise<InvitedUserView>
  /**
   * Changes a user; disabling ends every session, and a role that is taken away is gone everywhere at once. It may be repeated: what
   * has its value already stays.
   * @throws `user_not_found`, `exceeds_own_scopes`, `last_admin`, `invitation_open`, `too_many_scopes`, `email_taken`, `username_taken`,
   * `invalid_request` for a user name that is not acceptable, and for what was not read so
   * @param asRead what the service sets; with it, what is as it was is no change
   */
  change(userId: string, change: UserChange, caller: Caller, asRead?: UserAsRead): Promise<ChangedUser>
}

export type ChangedUser = {
  readonly user: User
  /** Of a change that disables, also once more: ids of the service clients that the user leaves behind, and that go on working. */
  readonly clients?: string[]
}

/** A user as administrators see them. */
export type UserView = User & {
  /** Why the newest mail could not be delivered; null when it could, or is on its way without trouble. */
  readonly lastMailError: string | null
}

export type InvitedUserView = UserView & {
  /** Null unless the account is invited. */
  readonly invitation: InvitationStatus | null
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly outbox: MailOutbox
  readonly reportRefusedDisabling: ReportRefusedDisabling
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  /** Epoch milliseconds. */
  readonly now: () => number
}

const seesAll = ({ scopes }: Caller): boolean => scopes.has('users:read')

/** The link that undoes a change of address outlives a disabling: it is the owner's, against a thief of the account. */
export const ENDED_BY_DISABLING = LINK_PURPOSES.filter((purpose) => purpose !== 'email_undo')

export function createUserAdministration(dependencies: Dependencies): UserAdministration {
  const { db, writeAs, store, revoker, outbox, reportRefusedDisabling, permissions, tokenSize, now } = dependencies

  async function withMailErrors(users: readonly User[]): Promise<UserView[]> {
    const errors = await listMailErrorsOfUsers(
      db,
      users.map(({ id }) => id),
    )
    return users.map((user) => ({ ...user, lastMailError: errors.get(user.id) ?? null }))
  }

  return {
    async list(filter, caller, { limit, beforeId }) {
      const visible = seesAll(caller) ? filter : { ...filter, invitedBy: caller.id }
      return withMailErrors(await listUsers(db, visible, limit + 1, beforeId))
    },

    async assertExists(userId) {
      if (!(await findAccount(db, userId))) throw new problems.user_not_found()
    },

    async get(userId, caller) {
      const account = await findAccount(db, userId)
      if (!account || !(seesAll(caller) || account.invitedBy === caller.id)) throw new problems.user_not_found()
      const [view] = await withMailErrors([account.user])
      if (!view) throw new problems.user_not_found()
      const isInvited = view.status === 'invited'
      const invitation = isInvited ? await findInvitation(db, userId, new Date(now())) : undefined
      return { ...view, invitation: invitation ?? null }
    },

    async change(userId, asked, caller, asRead = {}) {
      const { ends, bumped, ...changed } = await writeAs(caller.origin, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const policy = await permissions.share(trx)
        const { account: before, administrators } = await lockCallerAndAccount(trx, { caller, policy }, userId)
        if (!before) throw new problems.user_not_found()
        assertAsRead({ ...before.user }, asRead)
        const change = isSentBack(asRead) ? withoutUnchanged(before.user, asked) : asked
        assertMayChange({ caller, policy }, before, asked)
        if (change.roles) {
          assertTokenFits({ policy, roles: change.roles }, tokenSize, { policy, roles: before.user.roles })
        }
        const status = statusAfter(before, change)
        const isDemotion = isActiveAdmin(before.user) && !isActiveAdmin({ ...before.user, ...change, status })
        if (isDemotion && administrators.length === 1) throw new problems.last_admin()

        const isDisabling = status === 'disabled' && before.user.status !== 'disabled'
        const bumpsVersion = isDisabling || takesRole(before, change)
        const after = await updateAccount(trx, before, { ...change, status }, bumpsVersion)
        if (bumpsVersion) await withdrawLinksBy(trx, userId)
        // Putting back what a link was bound to must not bring the link back.
        if (isDisabling) await withdrawLinks(trx, userId, ...ENDED_BY_DISABLING)
        else if (change.roles || change.email !== undefined) await withdrawLinks(trx, userId, 'invitation')
        if (after.user.email !== before.user.email) {
          // What the owner changed before is no link's to bring back, over an administrator's head.
          await withdrawLinks(trx, userId, 'email_undo')
          await deleteFormerAddresses(trx, userId)
        }
        const users = { before: before.user, after: after.user }
        const clients = asked.status === 'disabled' ? await listClientsLeftBy(trx, userId) : undefined
        await audit(...eventsOf({ ...users, clients }))
        for (const notice of noticesOf(users, new Date(now()))) await outbox.enqueue(trx, notice)
        await store.invalidateSnapshot(userId)

        // Also where nothing was left to change: then this repeats a call that failed halfway.
        const mayBeNarrowed = after.user.status === 'disabled' || (asked.roles !== undefined && after.tokenVersion > 0)
        return {
          user: after.user,
          ...(clients && { clients }),
          ends:
            after.user.status === 'disabled' ? await revoker.recordAll(trx, audit, userId, 'account_disabled') : NONE,
          bumped: mayBeNarrowed ? after : undefined,
        }
      }).catch(async (error: unknown) => {
        if (error instanceof problems.last_admin) await reportRefusedDisabling(userId, asked, caller)
        throw toConflict(error)
      })
      if (bumped) await revoker.apply(ends, bumped)
      return changed
    },
  }
}

const NONE = { ends: [], lastEventId: undefined }
