import { type BulkChanges, hasRoom, lacksRole } from '../accounts/bulk-changes.ts'
import type { OperatorReset } from '../accounts/operator-reset.ts'
import type { AuditOrigin } from '../audit/audit-event.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { TokenSize } from '../permissions/token-size.ts'
import { listAccountsById, listUserIds } from '../users/bulk-repository.ts'
import { type Account, isUnproved } from '../users/user.ts'
import { findAccountByName } from '../users/user-repository.ts'
import type { Command, Grantees } from './command.ts'
import { CommandError } from './command-error.ts'
import { linkedAccountIds } from './linked-accounts-repository.ts'
import type { RememberedUsers } from './remembered-users.ts'

/** Accounts that one transaction changes. */
const BATCH = 500

export type CommandDependencies = {
  readonly db: AuthDatabase
  readonly employeeDatabaseUrl: string | undefined
  readonly resetPassword: (email: string, origin: AuditOrigin) => Promise<OperatorReset>
  readonly bulk: BulkChanges
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  readonly remembered: RememberedUsers
  readonly origin: AuditOrigin
  /** What was asked for goes to `print`, what it means to `note`. */
  readonly print: (line: string) => void
  readonly note: (line: string) => void
}

/** @throws {CommandError} */
export async function resetPassword(deps: CommandDependencies, email: string): Promise<void> {
  const reset = await deps.resetPassword(email, deps.origin)
  if (reset.outcome === 'refused') throw new CommandError(REFUSED[reset.status ?? 'unknown'])
  deps.print(reset.url)
  deps.note(
    `Whoever opens this link sets a new password for ${email}, which ends every session. It works once, until ${reset.expiresAt.toISOString()}.`,
  )
}

const REFUSED = {
  unknown: 'There is no account with this e-mail address.',
  invited: 'This account is invited and has no password yet: send the invitation again.',
  disabled: 'This account is disabled: an administrator has to enable it first.',
}

/** @throws {CommandError} */
export async function grantRole(
  deps: CommandDependencies,
  { role, to, isDryRun }: Extract<Command, { name: 'grant-role' }>,
): Promise<void> {
  const { db, bulk, permissions, tokenSize, remembered, origin, print, note } = deps
  await permissions.reload()
  const { policy } = permissions
  if (!policy.roles.has(role)) {
    throw new CommandError(`There is no role ${role}. Roles: ${[...policy.roles.keys()].join(', ')}.`, 'usage')
  }
  const counts = { changed: 0, already: 0, full: 0, unproved: 0, invited: 0, disabled: 0 }
  // Whom the operator names is known to them.
  const sparesUnproved = typeof to === 'string'
  const whyLeft = (account: Account): Exclude<keyof typeof counts, 'changed'> | undefined => {
    if (account.user.status !== 'active') return account.user.status
    if (!lacksRole(account.user, role, policy)) return 'already'
    if (sparesUnproved && isUnproved(account)) return 'unproved'
    return hasRoom(account.user, role, policy, tokenSize) ? undefined : 'full'
  }
  for await (const ids of granteeIds(deps, to)) {
    const accounts = await listAccountsById(db, ids)
    const changed = isDryRun
      ? accounts.filter((account) => !whyLeft(account)).map(({ user }) => user)
      : await bulk.grantRole({ role, sparesUnproved }, ids, origin)
    if (!isDryRun) await remembered.invalidate(ids)
    for (const { email } of changed) print(email)
    const changedIds = new Set(changed.map(({ id }) => id))
    counts.changed += changed.length
    for (const account of accounts) if (!changedIds.has(account.user.id)) counts[whyLeft(account) ?? 'already']++
  }
  note(
    `${isDryRun ? 'Would get' : 'Got'} the role ${role}: ${counts.changed}. Had it or more already: ${counts.already}.`,
  )
  if (counts.full > 0 && !sparesUnproved) {
    throw new CommandError(`This account has so many scopes that no access token holds the role ${role} besides.`)
  }
  if (counts.full > 0)
    note(`Have so many scopes that no access token holds one role more, left as they are: ${counts.full}.`)
  if (counts.unproved > 0)
    note(`Registered themselves and have not verified their address, left as they are: ${counts.unproved}.`)
  if (counts.disabled > 0) note(`Disabled accounts, left as they are: ${counts.disabled}.`)
  if (counts.invited > 0)
    note(`Invited accounts, left as they are: ${counts.invited}. Their roles are those of the invitation.`)
}

async function* granteeIds({ db, employeeDatabaseUrl }: CommandDependencies, to: Grantees): AsyncGenerator<string[]> {
  if (to === 'all') yield* allIds(db)
  else if (to === 'linked') {
    if (employeeDatabaseUrl === undefined) throw new CommandError('--linked needs EMPLOYEE_DATABASE_URL.', 'usage')
    yield* linkedAccountIds(employeeDatabaseUrl, BATCH)
  } else {
    const found = await findAccountByName(db, to)
    if (!found) throw new CommandError(REFUSED.unknown)
    if (found.user.status === 'invited')
      throw new CommandError(
        'This account is invited: change its roles with PATCH /admin/users/:userId, then send the link again with POST /admin/users/:userId/invitation.',
      )
    if (found.user.status === 'disabled') throw new CommandError(REFUSED.disabled)
    yield [found.user.id]
  }
}

async function* allIds(db: AuthDatabase): AsyncGenerator<string[]> {
  for (let last: string | undefined; ; ) {
    const ids = await listUserIds(db, BATCH, last)
    if (ids.length > 0) yield ids
    if (ids.length < BATCH) return
    last = ids.at(-1)
  }
}

export async function verifyAll({ db, bulk, remembered, origin, note }: CommandDependencies): Promise<void> {
  let count = 0
  for await (const ids of allIds(db)) {
    count += (await bulk.verifyAddresses(ids, origin)).length
    await remembered.invalidate(ids)
  }
  note(`Addresses that count as verified from now on: ${count}.`)
}
