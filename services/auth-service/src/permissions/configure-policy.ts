import { isDeepStrictEqual } from 'node:util'
import { type SettingFault, SettingsError } from '@latchkey/service-kit/settings'
import { ownOrigin } from '../audit/audit-event.ts'
import { roleSaved, scopeSaved } from '../audit/policy-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { recordNarrowing } from './narrowing-repository.ts'
import type { Permissions } from './permissions.ts'
import type { Policy, Role, Scope } from './policy.ts'
import { assertPolicyFits } from './policy-bounds.ts'
import type { ConfiguredPolicy } from './policy-file.ts'
import {
  isRoleHeld,
  lockPolicy,
  putRole,
  putScope,
  raisePolicyVersion,
  readFileVersion,
  readPolicy,
  setFileVersion,
} from './policy-repository.ts'
import type { TokenSize } from './token-size.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly publisher: RevocationPublisher
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void }
}

const SETTING = 'ACCESS_POLICY_FILE'

/**
 * Puts the policy of the settings in place, if its version is higher than that of the one before: of replicas with different files the
 * newest wins, whichever starts last. What the file does not name any more stays, and may be changed by calls from then on.
 * @throws {SettingsError} for a role with an unknown scope, and where tokens would become too long
 */
export async function configurePolicy(dependencies: Dependencies, configured: ConfiguredPolicy): Promise<void> {
  const { db, writeAs, publisher, permissions, tokenSize, log } = dependencies
  const { version } = configured

  const before = await readFileVersion(db)
  if (version <= before) {
    if (version < before) log.info({ event: 'access_policy_older', version, inPlace: before }, OLDER)
    else if (!isInPlace(configured, await readPolicy(db)))
      log.warn({ event: 'access_policy_differs', version }, DIFFERS)
    await permissions.reload()
    return
  }

  const narrowed = await writeAs(ownOrigin('settings'), async (trx, audit) => {
    const policy = await lockPolicy(trx)
    // Another replica that starts together with this one.
    if ((await readFileVersion(trx)) >= version) return []
    assertScopesAreKnown(configured, policy)
    for (const name of await listAdopted(trx, configured, policy)) {
      log.warn({ event: 'access_policy_adopted', name }, ADOPTED)
    }
    const leftOut = await write(trx, configured, policy)
    const pol = await raisePolicyVersion(trx)
    await setFileVersion(trx, version)
    const after = await readPolicy(trx)
    await assertPolicyFits(trx, { before: policy, after }, tokenSize).catch((error: unknown) => {
      if (!(error instanceof problems.too_many_scopes)) throw error
      throw new SettingsError([{ name: SETTING, message: 'has so many scopes that access tokens become too long' }])
    })
    const narrowed = [...policy.roles.values()].filter(({ name, scopes }) =>
      loses(scopes, after.roles.get(name)?.scopes),
    )
    for (const { name } of narrowed) await recordNarrowing(trx, { kind: 'role', name, pol })
    await auditDifference(audit, policy, after)
    for (const { name } of leftOut) log.warn({ event: 'access_policy_left_out', name }, LEFT_OUT)
    return narrowed.map(({ name }) => ({ kind: 'role' as const, id: name, pol }))
  })
  await permissions.reload()
  await publisher.publish(narrowed)
}

const OLDER = 'a newer access policy than that of the settings is in place'
const DIFFERS = 'the access policy of the settings differs from the one in place: raise its version'
const ADOPTED =
  'accounts have a role of this name, which a call has made: they hold from now on what the access policy gives it'
const LEFT_OUT = 'the access policy does not name this any more; it stays until an administrator deletes it'

/** Roles of calls that become wider: who made one, and gave it to an account, may have known what the settings would make of it. */
async function listAdopted(trx: AuthTransaction, { roles }: ConfiguredPolicy, policy: Policy): Promise<string[]> {
  const wider = roles.filter(({ name, scopes }) => {
    const present = policy.roles.get(name)
    return present !== undefined && !present.isConfigured && loses(scopes, present.scopes)
  })
  const adopted: string[] = []
  for (const { name } of wider) if (await isRoleHeld(trx, name)) adopted.push(name)
  return adopted
}

/** @returns what was configured before and is not any more */
async function write(trx: AuthTransaction, configured: ConfiguredPolicy, policy: Policy): Promise<(Scope | Role)[]> {
  const since = policy.version + 1
  for (const scope of configured.scopes) await putScope(trx, { ...scope, isConfigured: true, since })
  for (const role of configured.roles) await putRole(trx, { ...role, isConfigured: true })
  const isLeftOut = (named: readonly { readonly name: string }[]) => (item: Scope) =>
    item.isConfigured && !named.some(({ name }) => name === item.name)
  const scopes = [...policy.scopes.values()].filter(isLeftOut(configured.scopes))
  const roles = [...policy.roles.values()].filter(isLeftOut(configured.roles))
  for (const scope of scopes) await putScope(trx, { ...scope, isConfigured: false, since })
  for (const role of roles) await putRole(trx, { ...role, isConfigured: false })
  return [...scopes, ...roles]
}

/** @throws {SettingsError} */
function assertScopesAreKnown({ scopes, roles }: ConfiguredPolicy, policy: Policy): void {
  const isKnown = (scope: string): boolean => policy.scopes.has(scope) || scopes.some(({ name }) => name === scope)
  const faults: SettingFault[] = roles.flatMap((role) =>
    role.scopes
      .filter((scope) => !isKnown(scope))
      .map((scope) => ({ name: SETTING, message: `gives the role ${role.name} the unknown scope ${scope}` })),
  )
  if (faults.length > 0) throw new SettingsError(faults)
}

function isInPlace({ scopes, roles }: ConfiguredPolicy, policy: Policy): boolean {
  const sorted = (names: readonly string[] | undefined) => names?.toSorted()
  return (
    scopes.every(({ name, description }) => policy.scopes.get(name)?.description === description) &&
    roles.every(({ name, description, scopes: given }) => {
      const role = policy.roles.get(name)
      return role?.description === description && isDeepStrictEqual(sorted(role.scopes), sorted(given))
    })
  )
}

const loses = (before: readonly string[], after: readonly string[] = []): boolean =>
  before.some((scope) => !after.includes(scope))

async function auditDifference(audit: Audit, before: Policy, after: Policy): Promise<void> {
  const own = <Item extends Scope>(items: ReadonlyMap<string, Item>): Item[] =>
    [...items.values()].filter(({ isBuiltIn }) => !isBuiltIn)
  await audit(
    ...own(after.scopes).flatMap((scope) =>
      scopeSaved(scope.name, { before: before.scopes.get(scope.name), after: scope }),
    ),
    ...own(after.roles).flatMap((role) => roleSaved(role.name, { before: before.roles.get(role.name), after: role })),
  )
}
