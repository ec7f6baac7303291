import { isDeepStrictEqual } from 'node:util'
import type { RevocationTarget } from '@latchkey/resource-server/revocations'
import { SettingsError } from '@latchkey/service-kit/settings'
import { roleSaved, scopeSaved } from '../audit/policy-events.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { Audit } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { recordNarrowing } from './narrowing-repository.ts'
import type { Policy, Scope } from './policy.ts'
import { assertPolicyFits, MAX_OWN_SCOPES } from './policy-bounds.ts'
import { type ConfiguredPolicy, POLICY_SETTING } from './policy-file.ts'
import { isRoleHeld, putRole, putScope, raisePolicyVersion, readPolicy, setFileVersion } from './policy-repository.ts'
import { MAX_TOKEN_BYTES, type TokenSize } from './token-size.ts'

/** Whether what the settings have put in place is this, neither more nor less. */
export function isInPlace(configured: ConfiguredPolicy, { scopes, roles }: Policy): boolean {
  const inPlace = { scopes: configuredOf(scopes), roles: configuredOf(roles) }
  return isDeepStrictEqual(withoutOrder(configured), withoutOrder(inPlace))
}

const configuredOf = <Item extends Scope>(items: ReadonlyMap<string, Item>): Item[] =>
  [...items.values()].filter(({ isConfigured }) => isConfigured)

const withoutOrder = ({ scopes, roles }: Omit<ConfiguredPolicy, 'version'>) => ({
  scopes: new Map(scopes.map(({ name, description }) => [name, description])),
  roles: new Map(roles.map(({ name, description, scopes: given }) => [name, { description, given: new Set(given) }])),
})

type Change = { readonly trx: AuthTransaction; readonly audit: Audit; readonly tokenSize: TokenSize }

export type Put = {
  /** The roles that hold less than before. */
  readonly narrowed: readonly RevocationTarget[]
  /** What was configured before and is not any more. */
  readonly leftOut: readonly string[]
  /** Roles of calls, held by an account, that become wider: who gave one may have known what the settings would make of it. */
  readonly adopted: readonly string[]
}

/**
 * Writes the policy of the settings over what calls have made of the same names. The caller holds the policy's lock.
 * @throws {SettingsError} where tokens would become too long
 */
export async function putInPlace(
  { trx, audit, tokenSize }: Change,
  configured: ConfiguredPolicy,
  before: Policy,
): Promise<Put> {
  const adopted = await listAdopted(trx, configured, before)
  const leftOut = await write(trx, configured, before)
  const pol = await raisePolicyVersion(trx)
  await setFileVersion(trx, configured.version)
  const after = await readPolicy(trx)
  await assertFits(trx, { before, after }, tokenSize)
  const narrowed = [...before.roles.values()].filter(({ name, scopes }) => loses(scopes, after.roles.get(name)?.scopes))
  for (const { name } of narrowed) await recordNarrowing(trx, { kind: 'role', name, pol })
  await auditDifference(audit, { before, after })
  return { narrowed: narrowed.map(({ name }) => ({ kind: 'role', id: name, pol })), leftOut, adopted }
}

async function listAdopted(
  trx: AuthTransaction,
  { roles }: ConfiguredPolicy,
  before: Policy,
): Promise<readonly string[]> {
  const wider = roles.filter(({ name, scopes }) => {
    const present = before.roles.get(name)
    return present !== undefined && !present.isConfigured && loses(scopes, present.scopes)
  })
  const adopted: string[] = []
  for (const { name } of wider) if (await isRoleHeld(trx, name)) adopted.push(name)
  return adopted
}

async function write(trx: AuthTransaction, configured: ConfiguredPolicy, before: Policy): Promise<string[]> {
  const since = before.version + 1
  const isLeftOut = (named: readonly { readonly name: string }[]) => (item: Scope) =>
    !named.some(({ name }) => name === item.name)
  const scopes = configuredOf(before.scopes).filter(isLeftOut(configured.scopes))
  const roles = configuredOf(before.roles).filter(isLeftOut(configured.roles))
  for (const scope of configured.scopes) await putScope(trx, { ...scope, isConfigured: true, since })
  for (const role of configured.roles) await putRole(trx, { ...role, isConfigured: true })
  for (const scope of scopes) await putScope(trx, { ...scope, isConfigured: false, since })
  for (const role of roles) await putRole(trx, { ...role, isConfigured: false })
  return [...scopes, ...roles].map(({ name }) => name)
}

type Policies = { readonly before: Policy; readonly after: Policy }

async function assertFits(trx: AuthTransaction, policies: Policies, tokenSize: TokenSize): Promise<void> {
  await assertPolicyFits(trx, policies, tokenSize).catch((error: unknown) => {
    if (!(error instanceof problems.too_many_scopes)) throw error
    const message = `names too many scopes: together with those of calls at most ${MAX_OWN_SCOPES}, and ${MAX_TOKEN_BYTES} bytes for each access token`
    throw new SettingsError([{ name: POLICY_SETTING, message }])
  })
}

const loses = (before: readonly string[], after: readonly string[] = []): boolean =>
  before.some((scope) => !after.includes(scope))

async function auditDifference(audit: Audit, { before, after }: Policies): Promise<void> {
  const own = <Item extends Scope>(items: ReadonlyMap<string, Item>): Item[] =>
    [...items.values()].filter(({ isBuiltIn }) => !isBuiltIn)
  await audit(
    ...own(after.scopes).flatMap((scope) =>
      scopeSaved(scope.name, { before: before.scopes.get(scope.name), after: scope }),
    ),
    ...own(after.roles).flatMap((role) => roleSaved(role.name, { before: before.roles.get(role.name), after: role })),
  )
}
