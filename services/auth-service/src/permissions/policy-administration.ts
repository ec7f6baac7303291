import { assertAsRead, invalidInput } from '@latchkey/problems'
import { assertHolds, type Caller } from '../accounts/account-bound.ts'
import { lockCaller } from '../accounts/lock-caller.ts'
import { roleDeleted, roleSaved, scopeDeleted, scopeSaved } from '../audit/policy-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { ADMIN_ROLE } from './built-in.ts'
import { findNarrowing, recordNarrowing } from './narrowing-repository.ts'
import type { Permissions } from './permissions.ts'
import type { Policy, Role, Scope } from './policy.ts'
import { assertPolicyFits } from './policy-bounds.ts'
import {
  deleteRole,
  deleteScope,
  isRoleHeld,
  isScopeOfClient,
  lockPolicy,
  putRole,
  putScope,
  raisePolicyVersion,
  readPolicy,
} from './policy-repository.ts'
import type { TokenSize } from './token-size.ts'

export type Saved<Item> = { readonly item: Item; readonly isNew: boolean }

/** What the service sets, as a caller sends it back together with the rest. */
export type PolicyAsRead = {
  readonly name?: string | undefined
  readonly builtIn?: boolean | undefined
  readonly configured?: boolean | undefined
}

/**
 * Scopes and roles of a company's own. A role that loses a scope is gone everywhere at once, with one entry of the feed; each call may
 * be repeated, and then publishes that again.
 */
export type PolicyAdministration = {
  /** As it is now, wherever it was changed. */
  read(): Promise<Policy>
  /**
   * What is sent back as it was read is taken, whatever it is.
   * @throws `built_in`, `configured_policy`, `exceeds_own_scopes` for one that the caller lacks, `too_many_scopes`, `invalid_request` for
   * what was not read so
   */
  saveScope(scope: Pick<Scope, 'name' | 'description'>, caller: Caller, asRead?: PolicyAsRead): Promise<Saved<Scope>>
  /** @throws `scope_not_found`, `built_in`, `configured_policy`, `exceeds_own_scopes`, `scope_in_use` */
  removeScope(name: string, caller: Caller): Promise<void>
  /** The same. @throws `built_in`, `configured_policy`, `exceeds_own_scopes`, `too_many_scopes`, `invalid_request` also for an unknown scope */
  saveRole(
    role: Pick<Role, 'name' | 'description' | 'scopes'>,
    caller: Caller,
    asRead?: PolicyAsRead,
  ): Promise<Saved<Role>>
  /** @throws `role_not_found`, `built_in`, `configured_policy`, `exceeds_own_scopes`, `role_in_use` */
  removeRole(name: string, caller: Caller): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly publisher: RevocationPublisher
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
}

type Change<Result> = (trx: AuthTransaction, audit: Audit, policy: Policy) => Promise<Result>

export function createPolicyAdministration(dependencies: Dependencies): PolicyAdministration {
  const { db, writeAs, publisher, permissions, tokenSize } = dependencies

  async function change<Result>(caller: Caller, work: Change<Result>): Promise<Result> {
    const result = await writeAs(caller.origin, async (trx, audit) => {
      const policy = await lockPolicy(trx)
      await lockCaller(trx, caller, policy)
      return work(trx, audit, policy)
    })
    // Before verifiers refuse tokens of the version before.
    await permissions.reload()
    return result
  }

  async function publishNarrowing(kind: 'role' | 'scope', name: string): Promise<void> {
    const narrowing = await findNarrowing(db, { kind, name })
    if (narrowing) await publisher.publish([{ kind, id: name, pol: narrowing.pol }])
  }

  return {
    read: () => readPolicy(db),

    saveScope: ({ name, description }, caller, asRead = {}) =>
      change(caller, async (trx, audit, policy) => {
        const present = policy.scopes.get(name)
        assertAsRead(membersOf(name, present), asRead)
        const isSame = present?.description === description
        if (isSame && isSentBack(present, asRead)) return { item: present, isNew: false }
        if (present) {
          assertOwn(present)
          assertHolds(caller, [name])
          if (isSame) return { item: present, isNew: false }
        }
        await putScope(trx, { name, description, isConfigured: false, since: policy.version + 1 })
        await raisePolicyVersion(trx)
        const after = await readPolicy(trx)
        await assertPolicyFits(trx, { before: policy, after }, tokenSize)
        await audit(...scopeSaved(name, { before: present, after: { description } }))
        return { item: itemOf(after.scopes, name), isNew: present === undefined }
      }),

    async removeScope(name, caller) {
      const isRemoved = await change(caller, async (trx, audit, policy) => {
        const present = policy.scopes.get(name)
        if (!present) return false
        assertOwn(present)
        assertHolds(caller, [name])
        const roles = [...policy.roles.values()].filter((role) => role.name !== ADMIN_ROLE)
        if (roles.some(({ scopes }) => scopes.includes(name)) || (await isScopeOfClient(trx, name))) {
          throw new problems.scope_in_use()
        }
        await deleteScope(trx, name)
        await recordNarrowing(trx, { kind: 'scope', name, pol: await raisePolicyVersion(trx) })
        await audit(scopeDeleted(name))
        return true
      })
      // Also if it was deleted before: this may repeat a call that failed halfway.
      await publishNarrowing('scope', name)
      if (!isRemoved) throw new problems.scope_not_found()
    },

    async saveRole({ name, description, scopes }, caller, asRead = {}) {
      const { isNarrowing, ...saved } = await change(caller, async (trx, audit, policy) => {
        const unknown = scopes.findIndex((scope) => !policy.scopes.has(scope))
        if (unknown !== -1) throw invalidInput({ path: `/scopes/${unknown}`, message: 'must be the name of a scope' })
        const present = policy.roles.get(name)
        assertAsRead(membersOf(name, present), asRead)
        const lost = present?.scopes.filter((scope) => !scopes.includes(scope)) ?? []
        const isSame =
          present?.description === description && lost.length === 0 && scopes.length === present.scopes.length
        if (isSame && isSentBack(present, asRead)) return { item: present, isNew: false, isNarrowing: false }
        if (present) {
          assertOwn(present)
          assertHolds(caller, present.scopes)
        }
        assertHolds(caller, scopes)
        // This may repeat a call that failed halfway.
        if (isSame) return { item: present, isNew: false, isNarrowing: true }

        await putRole(trx, { name, description, scopes, isConfigured: false })
        const pol = await raisePolicyVersion(trx)
        const after = await readPolicy(trx)
        await assertPolicyFits(trx, { before: policy, after }, tokenSize)
        if (lost.length > 0) await recordNarrowing(trx, { kind: 'role', name, pol })
        const item = itemOf(after.roles, name)
        await audit(...roleSaved(name, { before: present, after: item }))
        return { item, isNew: present === undefined, isNarrowing: lost.length > 0 }
      })
      if (isNarrowing) await publishNarrowing('role', name)
      return saved
    },

    removeRole: (name, caller) =>
      change(caller, async (trx, audit, policy) => {
        const present = policy.roles.get(name)
        if (!present) throw new problems.role_not_found()
        assertOwn(present)
        assertHolds(caller, present.scopes)
        if (await isRoleHeld(trx, name)) throw new problems.role_in_use()
        await deleteRole(trx, name)
        await raisePolicyVersion(trx)
        await audit(roleDeleted(name))
      }),
  }
}

const membersOf = (name: string, present: Scope | undefined) => ({
  name,
  builtIn: present?.isBuiltIn ?? false,
  configured: present?.isConfigured ?? false,
})

/** Whether the caller shows to know that no call changes it: then to leave it as it is is no fault. */
const isSentBack = ({ isBuiltIn, isConfigured }: Scope, { builtIn, configured }: PolicyAsRead): boolean =>
  (isBuiltIn && builtIn === true) || (isConfigured && configured === true)

/** @throws `built_in`, `configured_policy` */
function assertOwn({ isBuiltIn, isConfigured }: Scope): void {
  if (isBuiltIn) throw new problems.built_in()
  if (isConfigured) throw new problems.configured_policy()
}

function itemOf<Item>(items: ReadonlyMap<string, Item>, name: string): Item {
  const item = items.get(name)
  if (!item) throw new Error(`the policy does not have ${name}, which was just written`)
  return item
}
