import { once } from 'node:events'
import { administratorNews } from './administrator.ts'
import { accountLines, banner } from './banner.ts'
import { createChildProcesses } from './processes/child-processes.ts'
import { listenFault } from './processes/free-port.ts'
import { stopLeftover } from './processes/stop-leftover.ts'
import { keepRunning } from './services/keep-running.ts'
import { createLogPrinter, serviceLogLevel } from './services/log-lines.ts'
import { authService, employeeService, type Service } from './services/service.ts'
import { environmentOf, sharedEnvironment } from './services/service-environment.ts'
import { type ServiceProcess, serviceRecord, startService } from './services/service-process.ts'
import { waitUntilReady } from './services/wait-until-ready.ts'
import { claimDataDirectory } from './settings/data-directory.ts'
import { type Environment, localUrl, readStackSettings, type StackSettings } from './settings/stack-settings.ts'
import { StackError } from './stack-error.ts'
import { startServers } from './start-servers.ts'

const services: readonly Service[] = [authService, employeeService]

/**
 * Starts everything, says how to use it, and runs until `stop` is aborted; then stops the services, Postgres and Redis,
 * in this order.
 *
 * @throws StackError when it cannot start; everything that was started is stopped by then
 */
export async function runStack(environment: Environment, stop: AbortSignal): Promise<void> {
  const settings = readStackSettings(environment)
  const log = createLogPrinter(environment.LOG_LEVEL)
  const processes = createChildProcesses()
  const resources = new AsyncDisposableStack()
  // Something in here has failed for good.
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => {})
  try {
    const directory = claimDataDirectory(settings.dataDirectory)
    resources.defer(() => directory.release())
    for (const service of services) await stopLeftover(serviceRecord(directory.run, service), 'SIGTERM', 5000)
    for (const service of services) await requireFreePort(settings, service)

    const servers = await startServers(environment, directory, processes, log.say)
    resources.defer(() => servers.stop())
    stop.throwIfAborted()

    const shared = sharedEnvironment(settings, directory.secrets, servers.addresses)
    const administrator = administratorNews(directory.path, environment, shared.adminPassword)
    // Should all this stop before the banner, the password must not be lost.
    const tellPassword = (): void => {
      if (administrator.hasNews()) console.log(accountLines(administrator.tell()))
    }
    resources.defer(tellPassword)
    let isReady = false

    const start = (service: Service): ServiceProcess =>
      startService({
        processes,
        service,
        environment: { ...environmentOf(service, shared), LOG_LEVEL: serviceLogLevel(environment.LOG_LEVEL) },
        runDirectory: directory.run,
        onLine(line) {
          const record = log.printLine(service.label, line)
          if (record && service === authService) administrator.hear(record)
          if (isReady) tellPassword()
        },
      })
    const kept = services.map((service) =>
      keepRunning({
        name: service.name,
        first: start(service),
        restart: () => start(service),
        report: log.say,
        // Before it was ever ready, exit code 1 means that no other attempt will do better.
        mayRestart: (exit) => {
          const isHopeless = !isReady && exit.code === 1
          if (isHopeless) failure.reject(new StackError(`${service.name} could not start; the reason stands above.`))
          return !isHopeless
        },
      }),
    )
    resources.defer(async () => {
      log.say('stopping')
      await Promise.all(kept.map((service) => service.stop()))
    })

    const urlOf = (service: Service): string => localUrl(settings.host, portOf(settings, service))
    const ready = Promise.all(services.map((service) => waitUntilReady(service.name, urlOf(service), stop)))
    await Promise.race([ready, failure.promise])
    isReady = true
    console.log(
      banner({
        authUrl: urlOf(authService),
        employeeUrl: urlOf(employeeService),
        dataDirectory: directory.path,
        administrator: administrator.tell(),
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

const portOf = (settings: StackSettings, service: Service): number =>
  service.portSetting === 'AUTH_PORT' ? settings.authPort : settings.employeePort

async function requireFreePort(settings: StackSettings, service: Service): Promise<void> {
  const port = portOf(settings, service)
  const fault = await listenFault(port, settings.host)
  if (fault === undefined) return
  const where = `${service.name} cannot listen on ${settings.host}, port ${port}`
  if (fault !== 'EADDRINUSE') throw new StackError(`${where}: ${fault}.`)
  throw new StackError(
    `${where}: the port is taken. Stop what listens there, or choose another one: ${service.portSetting}=${port + 1000 < 65_536 ? port + 1000 : port - 1000} npm start`,
  )
}
