import { once } from 'node:events'
import { connect } from 'node:net'
import { type ChildProcesses, type NodeServer, poll, startNodeServer } from '@latchkey/harness'
import { serviceMain } from '@latchkey/stack'

export type ServerOptions = {
  readonly processes: ChildProcesses
  /** Absolute path of its entry file. */
  readonly entry: string
  readonly environment: Readonly<Record<string, string>>
  /** Command that pins it to a core. */
  readonly prefix?: readonly string[]
}

const START_MS = 30_000

/** Starts a server and returns once it listens. Its log goes nowhere: it is not what is measured. */
export async function startServer({ processes, entry, environment, prefix = [] }: ServerOptions): Promise<NodeServer> {
  const server = await startNodeServer({ processes, name: entry, entry, environment, prefix, output: 'stderr' })
  const isUp = (): boolean | Promise<boolean> => server.process.hasExited() || listens(server.port)
  const isInTime = await poll(isUp, { timeoutMs: START_MS, intervalMs: 50 })
  if (isInTime && !server.process.hasExited()) return server
  await server.process.kill()
  throw new Error(`${entry} does not listen`)
}

/** Starts one of the services, as `npm start` does. */
export const startService = (
  processes: ChildProcesses,
  name: Parameters<typeof serviceMain>[0],
  environment: Readonly<Record<string, string>>,
): Promise<NodeServer> => startServer({ processes, entry: serviceMain(name), environment })

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
