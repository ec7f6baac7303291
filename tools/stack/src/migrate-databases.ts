import { UserFacingError } from '@latchkey/harness'
import { SettingsError } from '@latchkey/service-kit/settings'
import { migrationOf, type Service, services } from './services/service.ts'
import { type Environment, isGiven } from './settings/stack-settings.ts'

/** Migrates the databases whose owner the environment names. @returns how many these are */
export async function migrateDatabases(environment: Environment, say: (line: string) => void): Promise<number> {
  const owned = services.filter(({ ownerSetting }) => isGiven(environment, ownerSetting))
  await Promise.all(owned.map((service) => migrateOne(service, environment, say)))
  return owned.length
}

async function migrateOne(service: Service, environment: Environment, say: (line: string) => void): Promise<void> {
  const migrate = await migrationOf(service)
  const warn = (fields: object | string, message?: string): void => {
    const { reason } = fields as { reason?: string }
    const line = typeof fields === 'string' ? fields : [message, reason].filter(Boolean).join(': ')
    say(`${service.name}: ${line}`)
  }
  try {
    await migrate({ environment, log: { warn } })
  } catch (error) {
    if (error instanceof SettingsError) throw new UserFacingError(error.message)
    const isExplained = error instanceof Error && 'code' in error
    throw isExplained ? new UserFacingError(`${service.name} could not be migrated: ${error.message}`) : error
  }
}
