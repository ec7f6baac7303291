import { type SettingFault, SettingsError } from '@latchkey/service-kit/settings'
import { ownOrigin } from '../audit/audit-event.ts'
import { type ConfiguredClient, unknownScopeFaults } from '../clients/parse-service-clients.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { isInPlace, type Put, putInPlace } from './configured-policy.ts'
import type { Permissions } from './permissions.ts'
import type { Policy } from './policy.ts'
import { type ConfiguredPolicy, POLICY_SETTING } from './policy-file.ts'
import { lockPolicy, readFileVersion } from './policy-repository.ts'
import type { TokenSize } from './token-size.ts'

type Dependencies = {
  readonly writeAs: WriteAs
  readonly publisher: RevocationPublisher
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void }
}

type Configured = {
  readonly accessPolicy: ConfiguredPolicy | undefined
  readonly serviceClients: readonly ConfiguredClient[]
}

/** What became of the policy of the settings. */
type Outcome =
  | { readonly kind: 'none'; readonly configured: readonly string[] }
  | { readonly kind: 'older'; readonly inPlace: number }
  | { readonly kind: 'same' | 'differs' }
  | ({ readonly kind: 'newer' } & Put)

/**
 * Puts the policy of the settings in place, if its version is higher than that of the one before: of replicas with different files the
 * newest wins, whichever starts last. What the file does not name any more stays, and may be changed by calls from then on.
 * @throws {SettingsError} for roles and service clients with scopes that there are not, and where tokens would become too long; then
 * nothing has changed
 */
export async function configurePolicy(dependencies: Dependencies, settings: Configured): Promise<void> {
  const { writeAs, publisher, permissions, tokenSize, log } = dependencies
  const outcome = await writeAs(ownOrigin('settings'), async (trx, audit): Promise<Outcome> => {
    // The lock has replicas that start together decide one after the other.
    const before = await lockPolicy(trx)
    const inPlace = await readFileVersion(trx)
    const configured = settings.accessPolicy
    const newer = configured && configured.version > inPlace ? configured : undefined
    assertScopesAreKnown(before, { ...settings, accessPolicy: newer })
    if (newer) return { kind: 'newer', ...(await putInPlace({ trx, audit, tokenSize }, newer, before)) }
    if (!configured) return { kind: 'none', configured: configuredNames(before) }
    if (configured.version < inPlace) return { kind: 'older', inPlace }
    return { kind: isInPlace(configured, before) ? 'same' : 'differs' }
  })
  // Before verifiers refuse tokens of the version before.
  await permissions.reload()
  // If this process dies before, the next one publishes it with all else that Redis may have missed.
  if (outcome.kind === 'newer') await publisher.publish(outcome.narrowed)
  report(outcome, settings.accessPolicy?.version, log)
}

/** @throws {SettingsError} with every name that is neither built in, nor in place, nor in the policy that comes */
function assertScopesAreKnown({ scopes }: Policy, { accessPolicy, serviceClients }: Configured): void {
  const known = new Set([...scopes.keys(), ...(accessPolicy?.scopes ?? []).map(({ name }) => name)])
  const faults: SettingFault[] = (accessPolicy?.roles ?? []).flatMap((role) =>
    role.scopes
      .filter((scope) => !known.has(scope))
      .map((scope) => ({ name: POLICY_SETTING, message: `gives the role ${role.name} the unknown scope ${scope}` })),
  )
  faults.push(...unknownScopeFaults(serviceClients, known))
  if (faults.length > 0) throw new SettingsError(faults)
}

const configuredNames = ({ scopes, roles }: Policy): string[] =>
  [...scopes.values(), ...roles.values()].filter(({ isConfigured }) => isConfigured).map(({ name }) => name)

function report(outcome: Outcome, version: number | undefined, log: Dependencies['log']): void {
  if (outcome.kind === 'newer') {
    log.info({ event: 'access_policy_changed', version }, 'put the access policy of the settings in place')
    for (const name of outcome.adopted) {
      log.warn(
        { event: 'access_policy_adopted', name },
        'accounts have a role of this name, which a call has made: they hold from now on what the access policy gives it',
      )
    }
    for (const name of outcome.leftOut) {
      log.warn(
        { event: 'access_policy_left_out', name },
        'the access policy does not name this any more; it stays until an administrator deletes it',
      )
    }
  }
  if (outcome.kind === 'older') {
    const { inPlace } = outcome
    log.info(
      { event: 'access_policy_older', version, inPlace },
      'the access policy of the settings is older than the one in place, and changes nothing',
    )
  }
  if (outcome.kind === 'differs') {
    log.warn(
      { event: 'access_policy_differs', version },
      'the access policy of the settings differs from the one in place under the same version, and changes nothing: raise its version',
    )
  }
  if (outcome.kind === 'none' && outcome.configured.length > 0) {
    log.warn(
      { event: 'access_policy_missing', names: outcome.configured },
      'the settings have no access policy any more; what the last one named stays as it is, and no call changes it',
    )
  }
}
