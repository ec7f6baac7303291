import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Exit, startBackgroundProcess } from '../processes/background-process.ts'
import { type Environment, repositoryRoot } from '../settings/stack-settings.ts'
import type { Service } from './service.ts'

export type ServiceProcess = {
  /** Settles when the process has ended and its last line was read. */
  readonly ended: Promise<Exit>
  stop(): Promise<void>
}

export type ServiceProcessOptions = {
  service: Service
  environment: Environment
  runDirectory: string
  onLine: (line: string) => void
}

/** Starts a service on the same Node as ours, and reads what it prints line by line. */
export function startService({ service, environment, runDirectory, onLine }: ServiceProcessOptions): ServiceProcess {
  const started = startBackgroundProcess({
    name: service.name,
    command: process.execPath,
    args: [service.main],
    cwd: repositoryRoot,
    env: environment,
    output: 'pipe',
    recordFile: serviceRecord(runDirectory, service),
    stopSignal: 'SIGTERM',
    // A service stops by itself within ten seconds, whatever its clients do.
    graceMs: 12_000,
  })
  const outputs = [started.child.stdout, started.child.stderr].filter((stream): stream is Readable => stream !== null)
  const read = outputs.map((input) => once(createInterface({ input }).on('line', onLine), 'close'))
  return { ended: Promise.all([started.exited, ...read]).then(([exit]) => exit), stop: () => started.stop() }
}

export const serviceRecord = (runDirectory: string, service: Service): string =>
  join(runDirectory, `${service.name}.json`)
