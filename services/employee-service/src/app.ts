import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, isUnavailable } from '@latchkey/database'
import { ACCESS_COOKIE, resourceServer } from '@latchkey/resource-server'
import { createServiceClient } from '@latchkey/service-client'
import {
  type AppInstance,
  cookieOrigins,
  createInputCheck,
  createServer,
  type LoggerOptions,
  registerHealth,
  registerMetrics,
} from '@latchkey/service-kit'
import { v7 as uuidv7 } from 'uuid'
import manifest from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { openFileDatabase } from './database/open-file-database.ts'
import { openSearchDatabase } from './database/open-search-database.ts'
import { createWriteAs } from './database/write-as.ts'
import { createEmployees } from './employees/employee-service.ts'
import { createSearchPlaces } from './employees/search/search-places.ts'
import { createHistory } from './history/history-service.ts'
import { startHousekeeping } from './housekeeping.ts'
import { followKeys } from './http/follow-keys.ts'
import { offboardingMetrics } from './http/offboarding-metrics.ts'
import { onboardingMetrics } from './http/onboarding-metrics.ts'
import { refuseOffboarded } from './http/refuse-offboarded.ts'
import { employeeRoutes } from './http/routes/employees/index.ts'
import { offboardingRoutes } from './http/routes/offboarding/index.ts'
import { onboardingRoutes } from './http/routes/onboarding/index.ts'
import { CsvRow } from './http/schemas/employee-csv.ts'
import { createImportExport } from './import-export/create-import-export.ts'
import type { FileLimits } from './import-export/places.ts'
import { createOffboarding } from './offboarding/create-offboarding.ts'
import { createOnboarding } from './onboarding/create-onboarding.ts'
import { createFollowChange } from './onboarding/follow-change.ts'

/** What tests put in place of the production choices. */
export type Overrides = {
  /** Where log lines go; standard output unless given. */
  readonly logStream?: NonNullable<LoggerOptions['stream']>
  /** How long to wait for a Postgres that is down at boot. Milliseconds. */
  readonly databaseWaitMs?: number
  /** How often housekeeping is done. Milliseconds. */
  readonly sweepMs?: number
  /** How much a client of imports and exports may ask of the service. */
  readonly fileLimits?: Partial<FileLimits>
}

/** How long the boot waits for the first readings of revocations, offboardings and keys, which take a few milliseconds. */
const FIRST_READ_MS = 1000

/** employee-service, ready to listen: its database is migrated. Closing the app closes what it opened. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<AppInstance> {
  const { logStream, databaseWaitMs = 30_000, sweepMs, fileLimits } = overrides
  const { tokens, revocations } = config

  const app = await createServer({
    name: 'employee-service',
    title: 'employee-service',
    version: manifest.version,
    description: 'Keeps the employees. Access tokens are verified here, without asking auth-service.',
    accessCookie: ACCESS_COOKIE,
    tags: [{ name: 'employees', description: 'Employees, their history, and their offboarding' }],
    logger: { level: config.logLevel, ...(logStream && { stream: logStream }) },
    apiDocs: config.apiDocs,
    trustProxy: config.trustProxy,
    publicUrls: config.publicUrl === undefined ? [] : [config.publicUrl],
    allowedOrigins: config.allowedOrigins,
    isUnavailable,
  })
  const { log } = app

  try {
    // Postgres
    const onError = (err: Error): void => log.warn({ err }, 'Postgres connection failed')
    const closedWithApp = <DB>(database: Database<DB>): Database<DB> => {
      app.addHook('onClose', () => database.close())
      return database
    }
    const opened = await openDatabase({ address: config.database, onError, waitMs: databaseWaitMs, log })
    const database = closedWithApp(opened.database)
    const { prepared } = opened
    const connection = { ...prepared.connection, onError }
    const imports = closedWithApp(openFileDatabase(connection))
    const exports = closedWithApp(openFileDatabase(connection))
    const searching = closedWithApp(openSearchDatabase(connection))
    const { db } = database

    // Domain
    const newId = uuidv7
    const writeAs = createWriteAs(db)
    const history = createHistory(db)
    const files = createImportExport({
      imports: imports.db,
      exports: exports.db,
      checkCells: createInputCheck(CsvRow),
      newId,
      limits: fileLimits,
    })
    const auth = createServiceClient(config.auth)
    app.addHook('onClose', () => auth.close())
    const offboarding = await createOffboarding({
      db,
      prepared,
      auth,
      writeAs,
      newId,
      log,
    })
    app.addHook('onClose', offboarding.close)
    const { watch, denylist, counts } = offboarding
    const onboarding = await createOnboarding({
      db,
      prepared,
      auth,
      clientId: config.auth.clientId,
      writeAs,
      requestOffboarding: offboarding.requestOffboarding,
      recordAccount: offboarding.recordAccount,
      newId,
      log,
    })
    app.addHook('onClose', onboarding.close)
    const employees = createEmployees({
      db,
      searchDb: searching.db,
      searches: createSearchPlaces(),
      writeAs,
      hastenLink: onboarding.service.hastenLink,
      followChange: createFollowChange(offboarding.requestOffboarding),
      newId,
    })

    // Access tokens
    const refusals = refuseOffboarded(watch, denylist)
    await app.register(resourceServer, {
      ...tokens,
      keys: followKeys(tokens.keys, app),
      allowedOrigins: cookieOrigins(config.allowedOrigins, config.publicUrl),
      revocations,
      checks: [refusals.check],
    })

    // Routes
    registerMetrics(app.metrics.registry, [
      ...app.revocations.metrics,
      ...offboardingMetrics({ denylist, attempts: counts, refusals: refusals.count }),
      ...onboardingMetrics({ supervisor: onboarding.supervisor, attempts: onboarding.counts }),
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
    await app.register(employeeRoutes, { prefix: '/employees', employees, history, ...files })
    await app.register(onboardingRoutes, { prefix: '/employees', onboarding: onboarding.service })
    await app.register(offboardingRoutes, { prefix: '/employees', offboarding: offboarding.service })

    // Housekeeping and start-up
    const stopping = new AbortController()
    app.addHook('onClose', async () => stopping.abort())
    const { finder } = offboarding
    startHousekeeping({ db, finder, log, signal: stopping.signal, everyMs: sweepMs })
    // Without Redis or auth-service the service starts as well; /health/ready says what is missing.
    const fetchedKeys = 'jwksUrl' in tokens.keys ? app.jwks.ready : undefined
    const firstReadings = Promise.all([app.revocations.ready, watch.ready, fetchedKeys])
    await Promise.race([firstReadings, sleep(FIRST_READ_MS, undefined, { ref: false })])
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}
