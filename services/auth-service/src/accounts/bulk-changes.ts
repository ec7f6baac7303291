import type { AuditOrigin } from '../audit/audit-event.ts'
import { emailVerified, roleChanged } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Policy } from '../permissions/policy.ts'
import { tokenFits } from '../permissions/policy-bounds.ts'
import type { TokenSize } from '../permissions/token-size.ts'
import { lockActiveAdministrators } from '../users/administrator-repository.ts'
import { addRole, listAccountsById, lockUsers, verifyAddresses } from '../users/bulk-repository.ts'
import type { User } from '../users/user.ts'

/** `sparesUnproved`: accounts that registered themselves, and whose address nobody has proved, stay as they are. */
export type RoleGrant = { readonly role: string; readonly sparesUnproved: boolean }

/**
 * What the operator does to many accounts. Both only widen what accounts may do, so no token ends; they return the accounts that have
 * changed, and may be repeated. Snapshots are the caller's to remove, once the change has committed.
 */
export type BulkChanges = {
  /** Gives the role to those of these accounts that are active and {@link lacksRole lack} it, and whose token {@link hasRoom has room}. */
  grantRole(grant: RoleGrant, userIds: readonly string[], origin: AuditOrigin): Promise<User[]>
  /** Vouches for the addresses of these accounts, unless an account is invited or waits for its owner's confirmation. */
  verifyAddresses(userIds: readonly string[], origin: AuditOrigin): Promise<User[]>
}

/** Names of the roles that give all that this one gives, itself among them. */
function rolesThatGive({ roles }: Policy, role: string): string[] {
  const given = roles.get(role)?.scopes ?? []
  return [...roles.values()]
    .filter(({ scopes }) => given.every((scope) => scopes.includes(scope)))
    .map(({ name }) => name)
}

/** Whether none of the account's roles gives all that this one gives. */
export function lacksRole({ roles }: Pick<User, 'roles'>, role: string, policy: Policy): boolean {
  const enough = rolesThatGive(policy, role)
  return !roles.some((each) => enough.includes(each))
}

/** Whether the account's access token stays short enough with one role more. */
export const hasRoom = ({ roles }: Pick<User, 'roles'>, role: string, policy: Policy, tokenSize: TokenSize): boolean =>
  tokenFits({ policy, roles: [...roles, role] }, tokenSize)

type Dependencies = { readonly writeAs: WriteAs; readonly permissions: Permissions; readonly tokenSize: TokenSize }

export function createBulkChanges({ writeAs, permissions, tokenSize }: Dependencies): BulkChanges {
  return {
    grantRole: ({ role, sparesUnproved }, userIds, origin) =>
      writeAs(origin, async (trx, audit) => {
        const policy = await permissions.share(trx)
        // First, as everywhere: nobody who waits for one of them holds one of the others.
        await lockActiveAdministrators(trx)
        await lockUsers(trx, userIds)
        const accounts = await listAccountsById(trx, userIds)
        const ids = accounts.filter(({ user }) => hasRoom(user, role, policy, tokenSize)).map(({ user }) => user.id)
        if (ids.length === 0) return []
        const changed = await addRole(trx, ids, { role, unless: rolesThatGive(policy, role), sparesUnproved })
        await audit(
          ...changed.flatMap(({ id: userId, roles }) =>
            roleChanged({ userId, before: roles.filter((each) => each !== role), after: roles }),
          ),
        )
        return changed
      }),

    verifyAddresses: (userIds, origin) =>
      writeAs(origin, async (trx, audit) => {
        await lockActiveAdministrators(trx)
        await lockUsers(trx, userIds)
        const changed = await verifyAddresses(trx, userIds)
        await audit(...changed.map(({ id: userId }) => emailVerified({ userId, by: 'administrator' })))
        return changed
      }),
  }
}
