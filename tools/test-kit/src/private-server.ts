import { join } from 'node:path'
import {
  type ChildProcesses,
  createChildProcesses,
  type RunningProcess,
  type TestScope,
  temporaryDirectory,
} from '@latchkey/harness'
import { signalTree } from './signal-tree.ts'

/** A Postgres or Redis of one test, for the faults of real life. */
export type PrivateServer = {
  /** Stays the same whatever happens to the server. */
  readonly url: string
  /** Where its data is; it may be copied while the server runs and put back while it does not. */
  readonly directory: string
  /** Sends SIGKILL, as the kernel's out-of-memory killer does: nothing is flushed, no connection is closed in order. */
  kill(): Promise<void>
  /** An orderly shutdown. */
  stop(): Promise<void>
  /** Starts it again after `kill` or `stop`, with its data; returns once it answers. */
  start(): Promise<void>
  /** Connections stay open and nothing is answered: the fault that hangs careless clients. */
  pause(): void
  resume(): void
}

/** What both kinds of server have in common; `port` is undefined at the first start and fixed from then on. */
export type StartedServer = { port: number; process: RunningProcess; url: string; stop(): Promise<void> }
export type StartPlace = {
  processes: ChildProcesses
  directory: string
  runDirectory: string
  port: number | undefined
  fixedPort: boolean
}

/** Runs a server in a directory of its own until the test ends. */
export async function privateServer(
  t: TestScope,
  name: string,
  startServer: (place: StartPlace) => Promise<StartedServer>,
): Promise<PrivateServer> {
  const root = temporaryDirectory(t, name)
  const directory = join(root, name)
  const runDirectory = join(root, 'run')

  const processes = createChildProcesses()
  let server = await startServer({ processes, directory, runDirectory, port: undefined, fixedPort: false })
  const { port, url } = server
  t.teardown(() => server.stop())
  return {
    url,
    directory,
    async kill() {
      signalTree(server.process.pid, 'SIGKILL')
      await server.stop()
    },
    stop: () => server.stop(),
    async start() {
      server = await startServer({ processes, directory, runDirectory, port, fixedPort: true })
    },
    pause: () => signalTree(server.process.pid, 'SIGSTOP'),
    resume: () => signalTree(server.process.pid, 'SIGCONT'),
  }
}
