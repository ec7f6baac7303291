import { join } from 'node:path'
import { UserFacingError } from '@latchkey/harness'
import { type SettingFault, SettingsError } from '@latchkey/service-kit/settings'
import { loadConfigOf, services } from '../services/service.ts'
import { environmentOf, sharedEnvironment } from '../services/service-environment.ts'
import { secretPreview } from './secret-source.ts'
import { type Environment, isGiven, readStackSettings, type StackSettings } from './stack-settings.ts'

/** The form of the addresses that servers of our own will have. */
const ADDRESSES = {
  databaseUrl: 'postgres://127.0.0.1/auth',
  employeeDatabaseUrl: 'postgres://127.0.0.1/employee',
  redisUrl: 'redis://127.0.0.1',
  employeeRedisUrl: 'redis://127.0.0.1',
}

/**
 * Checks the settings of the stack and of both services before anything is started or written.
 *
 * @throws {UserFacingError} with the faults of all of them, each once, by name and never by value
 */
export async function checkSettings(environment: Environment): Promise<StackSettings> {
  let settings: StackSettings | undefined
  const ownFaults = await faultsOf(async () => {
    settings = readStackSettings(environment)
  })
  // Where our own settings are not usable, the defaults serve to check the others.
  const place = settings ?? readStackSettings({})
  const secrets = secretPreview(settings && join(settings.dataDirectory, 'secrets'))
  const shared = sharedEnvironment(environment, place, secrets, ADDRESSES)
  const faults = [ownFaults]
  for (const service of services) {
    const loadConfig = await loadConfigOf(service)
    const found = await faultsOf(async () => loadConfig(environmentOf(service, shared)))
    faults.push(found.map((fault) => withPlace(fault, environment, shared.environment)))
  }
  const distinct = faults.reduce(withFaultsOfOthers)
  if (settings === undefined || distinct.length > 0) throw new UserFacingError(new SettingsError(distinct).message)
  return settings
}

async function faultsOf(load: () => Promise<unknown>): Promise<readonly SettingFault[]> {
  try {
    await load()
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
}

/** Says which file holds a secret that an earlier run has made. */
function withPlace({ name, message }: SettingFault, own: Environment, environment: Environment): SettingFault {
  const setting = name.replace(/_FILE$/, '')
  const file = environment[`${setting}_FILE`]
  return isGiven(own, setting) || file === undefined ? { name, message } : { name, message: `${message} (${file})` }
}

/** What several programs read and refuse is one fault, in the words of the first. */
function withFaultsOfOthers(faults: readonly SettingFault[], others: readonly SettingFault[]): readonly SettingFault[] {
  const known = new Set(faults.map(({ name }) => name))
  return [...faults, ...others.filter(({ name }) => !known.has(name))]
}
