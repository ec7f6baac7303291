import { join } from 'node:path'
import type { Scope } from '@latchkey/harness'
import { type ChildProcesses, lastLines, startNodeServer } from '@latchkey/harness'
import { type ServiceName, serviceMain } from '@latchkey/stack'

/** A replica of a service in a process of its own. */
export type ServiceProcess = {
  readonly name: string
  readonly url: string
  readonly operationsUrl: string
  hasExited(): boolean
  /** Sends SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** The last lines of its log. */
  lastLines(): string
}

export type ServiceProcessOptions = {
  readonly processes: ChildProcesses
  readonly service: ServiceName
  /** Unique among the replicas. */
  readonly name: string
  /** For its log. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

/** Runs a service until the scope is closed. It need not be ready yet. */
export async function startService(scope: Scope, options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { processes, service, name, directory, environment } = options
  const file = join(directory, `${name}.log`)
  const {
    url,
    operationsUrl,
    process: started,
  } = await startNodeServer({
    processes,
    name,
    entry: serviceMain(service),
    output: { file },
    environment: { LOG_LEVEL: 'warn', ...environment },
  })
  scope.teardown(() => started.stop())
  return {
    name,
    url,
    operationsUrl,
    hasExited: () => started.hasExited(),
    kill: () => started.kill(),
    lastLines: () => lastLines(file, 5),
  }
}
