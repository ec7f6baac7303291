import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@latchkey/test-kit'
import type { Scope } from '../scope.ts'

export type ServiceName = 'auth-service' | 'employee-service'

/** A replica of a service in a process of its own. */
export type ServiceProcess = {
  readonly name: string
  readonly url: string
  hasExited(): boolean
  /** As the kernel's out-of-memory killer would; resolves when it is gone. */
  kill(): Promise<void>
  /** The last lines that it wrote. */
  lastWords(): string
}

export type ServiceOptions = {
  readonly service: ServiceName
  /** Tells replicas apart. */
  readonly name: string
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '../../../..')
/** A service stops by itself within ten seconds, whatever its clients do. */
const STOP_MS = 12_000

const running = new Set<ChildProcess>()
// Also when this program ends in a hurry.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a service as production does, on a free port, until the scope is closed. It need not be ready yet. */
export async function startService(scope: Scope, options: ServiceOptions): Promise<ServiceProcess> {
  const { service, name, directory, environment } = options
  const port = String(await freePort())
  const file = join(directory, `${name}.log`)
  const log = openSync(file, 'w')
  const child = spawn(process.execPath, [join(root, 'services', service, 'src/main.ts')], {
    cwd: root,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      ...(process.env.NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      AUTH_PORT: port,
      EMPLOYEE_PORT: port,
      ...environment,
    },
  })
  closeSync(log)
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null
  running.add(child)
  scope.teardown(async () => {
    await stop(child, hasExited)
    running.delete(child)
  })
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    hasExited,
    async kill() {
      running.delete(child)
      if (hasExited()) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
    lastWords: () => readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n'),
  }
}

async function stop(child: ChildProcess, hasExited: () => boolean): Promise<void> {
  if (hasExited()) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(late)
}
