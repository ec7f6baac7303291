import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@latchkey/stack'
import { openConnection } from '../load/connection.ts'

/** A running program under measurement. */
export type ServerProcess = {
  readonly pid: number
  readonly port: number
  stop(): Promise<void>
}

export type ServerProcessOptions = {
  /** The core, as `taskset` says it. */
  readonly prefix: readonly string[]
  readonly entry: string
  readonly environment: Readonly<Record<string, string>>
}

const START_MS = 30_000

// Whatever ends the run, no server stays behind.
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server in a process of its own and returns once it listens. Its log goes to /dev/null. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const port = String(await freePort())
  const [command = '', ...args] = [...options.prefix, process.execPath, options.entry]
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    // The services each have a variable of their own for the port.
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      NODE_ENV: 'production',
      PORT: port,
      AUTH_PORT: port,
      EMPLOYEE_PORT: port,
      ...options.environment,
    },
  })
  const exited = once(child, 'exit')
  running.add(child)
  child.once('exit', () => running.delete(child))

  const deadline = Date.now() + START_MS
  while (!(await listens(Number(port)))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${options.entry} does not listen`)
    }
    await delay(50)
  }
  return {
    // taskset becomes the program that it starts.
    pid: child.pid ?? 0,
    port: Number(port),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function listens(port: number): Promise<boolean> {
  try {
    const connection = await openConnection(port)
    connection.close()
    return true
  } catch {
    return false
  }
}
