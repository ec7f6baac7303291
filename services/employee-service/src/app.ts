import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@latchkey/database'
import { resourceServer } from '@latchkey/resource-server'
import {
  type AppInstance,
  createInputCheck,
  createServer,
  type LoggerOptions,
  registerHealth,
  registerMetrics,
} from '@latchkey/service-kit'
import { v7 as uuidv7 } from 'uuid'
import manifest from '../package.json' with { type: 'json' }
import { buildOffboarding } from './build-offboarding.ts'
import type { Config } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { openTransfers } from './database/open-transfers.ts'
import { createWriteAs } from './database/write-as.ts'
import { createEmployeeRepository } from './employees/employee-repository.ts'
import { createEmployeeService } from './employees/employee-service.ts'
import { createEmployeeListing } from './employees/search/employee-listing-repository.ts'
import { createHistoryRepository } from './history/history-repository.ts'
import { createHistoryService } from './history/history-service.ts'
import { followKeys } from './http/follow-keys.ts'
import { offboardingMetrics } from './http/offboarding-metrics.ts'
import { refuseOffboarded } from './http/refuse-offboarded.ts'
import { employeeRoutes } from './http/routes/employees/index.ts'
import { offboardingRoutes } from './http/routes/offboarding/index.ts'
import { EmployeeRow } from './http/schemas/employee-csv.ts'
import { createIdempotencyRepository } from './idempotency/idempotency-repository.ts'
import { sweepKeys } from './idempotency/sweep-keys.ts'
import { createEmployeeExport } from './import-export/employee-export.ts'
import { createEmployeeImport } from './import-export/employee-import.ts'
import { createExportRepository } from './import-export/export-repository.ts'
import { createRowCheck } from './import-export/row-check.ts'

export type Overrides = {
  /** Where log lines go; standard output unless given. */
  logStream?: NonNullable<LoggerOptions['stream']>
  /** How long to wait for a Postgres that is down at boot. Milliseconds. */
  databaseWaitMs?: number
  /** How often idempotency keys past their day are forgotten. Milliseconds. */
  keySweepMs?: number
}

/** How long the boot waits for the first readings of who is refused, which take a few milliseconds. */
const FIRST_READ_MS = 1000

/** employee-service, ready to listen: its database is migrated. Closing the app closes what it opened. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<AppInstance> {
  const { logStream, databaseWaitMs = 30_000, keySweepMs } = overrides
  const { tokens, revocations, allowedOrigins, trustProxy } = config

  const app = await createServer({
    name: 'employee-service',
    title: 'employee-service',
    version: manifest.version,
    description: 'Keeps the employees. Access tokens are verified here, without asking anyone.',
    tags: [{ name: 'employees', description: 'Who works here' }],
    logger: { level: config.logLevel, ...(logStream && { stream: logStream }) },
    trustProxy,
    allowedOrigins,
    isUnavailable,
  })

  try {
    const onConnectionError = (err: unknown) => app.log.warn({ err }, 'Postgres connection failed')
    const database = await openDatabase({ ...config.database, waitMs: databaseWaitMs, onError: onConnectionError })
    app.addHook('onClose', () => database.close())
    // One pool each: whoever reads an export slowly keeps nobody from importing.
    const imports = openTransfers({ ...config.database, onError: onConnectionError })
    const exports = openTransfers({ ...config.database, onError: onConnectionError })
    app.addHook('onClose', () => Promise.all([imports.close(), exports.close()]))

    const offboarding = await buildOffboarding(app, config, database)
    const { accounts, watch, counts } = offboarding
    const offboarded = refuseOffboarded(watch, accounts)
    await app.register(resourceServer, {
      ...tokens,
      keys: followKeys(tokens.keys, app),
      allowedOrigins,
      revocations,
      checks: [offboarded.check],
    })
    registerMetrics(app.metrics.registry, [
      ...app.revocations.metrics,
      ...offboardingMetrics({ accounts, attempts: counts, refusals: offboarded.count }),
    ])
    registerHealth(app, {
      checks: {
        postgres: () => database.ping(),
        revocations: app.revocations.healthCheck,
        offboarding: watch.healthCheck,
        ...('jwksUrl' in tokens.keys && { keys: app.jwks.healthCheck }),
      },
      timeoutMs: 1500,
    })

    const { db } = database
    const stopSweeping = sweepKeys(
      createIdempotencyRepository(db),
      (err) => app.log.warn({ err }, 'old idempotency keys could not be forgotten'),
      keySweepMs,
    )
    app.addHook('onClose', async () => stopSweeping())
    const repository = createEmployeeRepository(db)
    const writeAs = createWriteAs(db)
    const employees = createEmployeeService(repository, createEmployeeListing(db), writeAs, uuidv7)
    const checkRow = createRowCheck(createInputCheck(EmployeeRow), uuidv7)
    await employeeRoutes(app, {
      employees,
      history: createHistoryService(createHistoryRepository(db), repository),
      transfer: {
        importEmployees: createEmployeeImport(createWriteAs(imports.db), checkRow),
        exportEmployees: createEmployeeExport(createExportRepository(exports.db)),
      },
    })
    await offboardingRoutes(app, offboarding.service(employees, writeAs))
    // Who listens then can answer. Without Redis the service comes up all the same, and says so in /health/ready.
    const fetched = 'jwksUrl' in tokens.keys ? app.jwks.ready : undefined
    const isInformed = Promise.all([app.revocations.ready, watch.ready, fetched])
    await Promise.race([isInformed, sleep(FIRST_READ_MS, undefined, { ref: false })])
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}
