import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ChildProcesses, Exit } from '@latchkey/harness'
import { type Environment, repositoryRoot } from '../settings/stack-settings.ts'
import type { Service } from './service.ts'

export type ServiceProcess = {
  /** Settles when the process has ended and its last line was read. */
  readonly ended: Promise<Exit>
  stop(): Promise<void>
}

export type ServiceProcessOptions = {
  processes: ChildProcesses
  service: Service
  environment: Environment
  runDirectory: string
  onLine: (line: string) => void
  /** `SHUTDOWN_DELAY` of that environment. */
  shutdownDelayMs?: number
}

/** Starts a service on the same Node as ours, and reads what it prints line by line. */
export function startService(options: ServiceProcessOptions): ServiceProcess {
  const { processes, service, environment, runDirectory, onLine, shutdownDelayMs = 250 } = options
  const started = processes.start({
    name: service.name,
    command: process.execPath,
    args: [service.main],
    cwd: repositoryRoot,
    env: environment,
    output: 'pipe',
    recordFile: serviceRecord(runDirectory, service),
    stopSignal: 'SIGTERM',
    // A service stops by itself within ten seconds after the delay, whatever its clients do.
    graceMs: shutdownDelayMs + 12_000,
  })
  const read = started.outputs.map((input) => once(createInterface({ input }).on('line', onLine), 'close'))
  return { ended: Promise.all([started.exited, ...read]).then(([exit]) => exit), stop: () => started.stop() }
}

export const serviceRecord = (runDirectory: string, service: Service): string =>
  join(runDirectory, `${service.name}.json`)
