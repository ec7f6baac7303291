import { createDatabase, isUnavailable, missingMigrations } from '@latchkey/database'
import { DEFAULT_KEY_PREFIX } from '@latchkey/resource-server/revocations'
import { type Environment, SettingsError } from '@latchkey/service-kit/settings'
import { createBulkChanges } from '../accounts/bulk-changes.ts'
import { createOperatorReset } from '../accounts/operator-reset.ts'
import { ownOrigin } from '../audit/audit-event.ts'
import type { AuthSchema } from '../database/auth-database.ts'
import { migrations } from '../database/migrations/index.ts'
import { createWriteAs } from '../database/write-as.ts'
import { createLinkService } from '../links/link-service.ts'
import { createPermissions } from '../permissions/permissions.ts'
import { createTokenSize, LARGEST_RING } from '../permissions/token-size.ts'
import { type Command, parseCommand, USAGE } from './command.ts'
import { CommandError } from './command-error.ts'
import { type CommandConfig, loadCommandConfig } from './command-settings.ts'
import { grantRole, resetPassword, verifyAll } from './commands.ts'
import { reconcileStores } from './reconcile-stores.ts'
import { createRememberedUsers, type RememberedUsers } from './remembered-users.ts'

/** The actor in the audit trail. No user and no service client can have this id. */
const ACTOR_ID = 'command-line:admin'
/** A batch of many accounts takes longer than a request may. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 30_000
const CONNECT_WITHIN_MS = 5000

export type CommandRun = {
  readonly args: readonly string[]
  readonly environment: Environment
  /** Gets the result, line by line. */
  readonly print: (line: string) => void
  /** Gets what the result means, and why there is none. */
  readonly note: (line: string) => void
  /** For tests. */
  readonly schema?: string
  readonly redisPrefix?: string
}

/** Runs one of the operator's commands and returns the exit code; {@link USAGE} says what each means. Never rejects. */
export async function runCommand(run: CommandRun): Promise<number> {
  try {
    const command = parseCommand(run.args)
    if (command.name === 'help') {
      run.print(USAGE)
      return 0
    }
    return await execute(command, loadCommandConfig(run.environment), run)
  } catch (error) {
    run.note(explain(error))
    return error instanceof SettingsError || (error instanceof CommandError && error.kind === 'usage') ? 2 : 1
  }
}

async function execute(
  command: Exclude<Command, { name: 'help' }>,
  config: CommandConfig,
  run: CommandRun,
): Promise<number> {
  const { schema, redisPrefix = DEFAULT_KEY_PREFIX, print, note } = run
  const { db, close } = createDatabase<AuthSchema>({
    url: config.databaseUrl,
    applicationName: 'auth-service admin',
    poolSize: 4,
    connectTimeoutMs: CONNECT_WITHIN_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    ...(schema !== undefined && { schema }),
  })
  const remembered = createRememberedUsers(config.redis, redisPrefix)
  try {
    if ((await missingMigrations(db, migrations)).length > 0) {
      throw new CommandError(
        'The database is behind this version: start auth-service once, which migrates it, or run `npm run migrate`.',
      )
    }
    const writeAs = createWriteAs(db)
    const permissions = createPermissions(db)
    const tokenSize = createTokenSize({ ...config.tokens, ring: () => LARGEST_RING })
    const dependencies = {
      db,
      employeeDatabaseUrl: config.employeeDatabaseUrl,
      resetPassword: createOperatorReset({
        db,
        writeAs,
        links: createLinkService({ base: config.linksUrl, now: Date.now }),
      }),
      permissions,
      tokenSize,
      bulk: createBulkChanges({ writeAs, permissions, tokenSize }),
      remembered,
      origin: ownOrigin('command', ACTOR_ID),
      print,
      note,
    }
    if (command.name === 'reset-password') {
      await resetPassword(dependencies, command.email)
      return 0
    }
    if (command.name === 'reconcile') {
      const { redis: urls, sessions } = config
      if (urls === undefined) throw new CommandError('reconcile needs REDIS_URL.', 'usage')
      await reconcileStores(
        { ...dependencies, writeAs, isForced: command.isForced },
        { urls, keyPrefix: redisPrefix, ...sessions },
      )
      return 0
    }
    if (command.name === 'verify-all') await verifyAll(dependencies)
    else await grantRole(dependencies, command)
    return command.name === 'grant-role' && command.isDryRun ? 0 : exitCodeOf(remembered, note)
  } finally {
    remembered.close()
    await close()
  }
}

function exitCodeOf(remembered: RememberedUsers, note: (line: string) => void): number {
  const fault = remembered.fault()
  if (fault === undefined) return 0
  note(
    `${fault}. The change is made, but whoever is signed in may go on as before: repeat the command with a REDIS_URL in reach, which changes nothing twice.`,
  )
  return 3
}

function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof CommandError) return error.message
  if (isUnavailable(error)) return `Postgres does not answer: ${error instanceof Error ? error.message : 'unknown'}`
  return error instanceof Error ? (error.stack ?? error.message) : 'unknown'
}
