import { once } from 'node:events'
import { createChildProcesses, stopLeftover, UserFacingError } from '@latchkey/harness'
import { trackAdministrator } from './administrator.ts'
import { accountLines, banner } from './banner.ts'
import { migrateDatabases } from './migrate-databases.ts'
import { keepRunning } from './services/keep-running.ts'
import { createLogPrinter, serviceLogLevel } from './services/log-lines.ts'
import { assertPortsAreFree, operationsPortOf, portOf } from './services/ports.ts'
import { authService, employeeService, type Service, services } from './services/service.ts'
import { environmentOf, sharedEnvironment, withoutPassword } from './services/service-environment.ts'
import { type ServiceProcess, serviceRecord, startService } from './services/service-process.ts'
import { waitUntilReady } from './services/wait-until-ready.ts'
import { checkSettings } from './settings/check-settings.ts'
import { claimDataDirectory } from './settings/data-directory.ts'
import { notePublicAddress } from './settings/public-address.ts'
import { secretFiles } from './settings/secret-source.ts'
import { type Environment, isGiven, localUrl } from './settings/stack-settings.ts'
import { startServers } from './start-servers.ts'

const SHARED_REDIS_USER =
  'employee-service gets REDIS_URL too, whose user can do more than read revocations: set EMPLOYEE_REDIS_URL'

/**
 * Starts everything, prints how to use it, and runs until `stop` is aborted; then stops the services, Postgres and Redis,
 * in this order.
 *
 * @throws UserFacingError when it cannot start; everything that was started is stopped by then
 */
export async function runStack(environment: Environment, stop: AbortSignal): Promise<void> {
  const settings = await checkSettings(environment)
  const log = createLogPrinter(environment.LOG_LEVEL)
  const processes = createChildProcesses()
  const resources = new AsyncDisposableStack()
  // Rejects once a part has failed for good.
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => {})
  try {
    const directory = claimDataDirectory(settings.dataDirectory)
    resources.defer(() => directory.release())
    for (const service of services) await stopLeftover(serviceRecord(directory.run, service), 'SIGTERM', 5000)
    await assertPortsAreFree(settings)

    const servers = await startServers(environment, directory, processes, log.say)
    resources.defer(() => servers.stop())
    stop.throwIfAborted()

    const secrets = secretFiles(directory)
    let shared = sharedEnvironment(environment, settings, secrets, servers.addresses)
    if (!isGiven(shared.environment, 'EMPLOYEE_REDIS_URL')) log.say(SHARED_REDIS_USER)
    notePublicAddress(directory.run, shared.environment)
    resources.defer(() => void withoutPassword(shared, secrets))
    await migrateDatabases(shared.environment, log.say)
    const administrator = trackAdministrator(directory.path, shared.newPassword)
    // Should all this stop before the banner, the password must not be lost.
    const printPassword = (): void => {
      if (administrator.hasNewPassword()) console.log(accountLines(administrator.take()))
    }
    resources.defer(printPassword)
    let isReady = false
    /** Until its operator has reconciled Postgres with Redis. */
    let isHeldBack = false

    const start = (service: Service): ServiceProcess =>
      startService({
        processes,
        service,
        environment: { ...environmentOf(service, shared), LOG_LEVEL: serviceLogLevel(environment.LOG_LEVEL) },
        runDirectory: directory.run,
        shutdownDelayMs: settings.shutdownDelayMs,
        onLine(line) {
          const record = log.printLine(service.label, line)
          if (record && service === authService) administrator.update(record)
          if (record?.event === 'postgres_rolled_back') isHeldBack = true
          if (record?.event === 'postgres_reconciled') isHeldBack = false
          if (isReady) printPassword()
        },
      })
    const kept = services.map((service) =>
      keepRunning({
        name: service.name,
        first: start(service),
        restart: () => start(service),
        report: log.say,
        // Before it was ever ready, exit code 1 means that a restart will not help.
        mayRestart: (exit) => {
          const isHopeless = !isReady && exit.code === 1
          if (isHopeless) failure.reject(new UserFacingError(`${service.name} could not start; see the reason above.`))
          return !isHopeless
        },
      }),
    )
    resources.defer(async () => {
      log.say('stopping')
      await Promise.all(kept.map((service) => service.stop()))
    })

    const urlOf = (service: Service): string => localUrl(settings.host, portOf(settings, service))
    const operationsUrls = services
      .map((service) => operationsPortOf(settings, service))
      .filter((port) => port !== undefined)
      .map((port) => localUrl(settings.operationsHost, port))
    const ready = Promise.all(
      services.map((service) =>
        waitUntilReady(service.name, urlOf(service), stop, { mayTakeLonger: () => isHeldBack }),
      ),
    )
    await Promise.race([ready, failure.promise])
    isReady = true
    shared = withoutPassword(shared, secrets)
    console.log(
      banner({
        authUrl: urlOf(authService),
        employeeUrl: urlOf(employeeService),
        operationsUrls,
        showsApiDocs: environment.API_DOCS !== 'off',
        dataDirectory: directory.path,
        mailDirectory: shared.environment.MAIL_DIRECTORY || undefined,
        administrator: administrator.take(),
        readyAfterMs: performance.now(),
      }),
    )
    if (!stop.aborted) await Promise.race([once(stop, 'abort'), failure.promise])
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    await resources.disposeAsync()
  }
}
