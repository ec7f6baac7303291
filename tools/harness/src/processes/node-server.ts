import { join } from 'node:path'
import type { ChildProcesses, ProcessOptions, RunningProcess } from './child-processes.ts'
import { freePort } from './free-port.ts'
import { plainNode } from './plain-node.ts'

const repositoryRoot = join(import.meta.dirname, '../../../..')

/** A Node program that serves HTTP on 127.0.0.1. */
export type NodeServer = {
  readonly port: number
  /** Where a service has its operations. */
  readonly operationsUrl: string
  readonly url: string
  readonly process: RunningProcess
}

export type NodeServerOptions = Pick<ProcessOptions, 'name' | 'output'> & {
  readonly processes: ChildProcesses
  /** Its entry file. */
  readonly entry: string
  /** Comes on top of what any program gets of ours. */
  readonly environment: Readonly<Record<string, string>>
  /** A program with its arguments that starts Node, such as taskset(1), and becomes it. */
  readonly prefix?: readonly string[]
}

/** Starts a server as production does, on a free port. It need not listen yet. */
export async function startNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const { processes, name, output, entry, environment, prefix = [] } = options
  const [port, operationsPort] = [await freePort(), await freePort()]
  const node = plainNode([entry], {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    // Each service has a setting of its own for the port.
    PORT: String(port),
    AUTH_PORT: String(port),
    EMPLOYEE_PORT: String(port),
    AUTH_OPERATIONS_PORT: String(operationsPort),
    EMPLOYEE_OPERATIONS_PORT: String(operationsPort),
    ...environment,
  })
  const [command = '', ...args] = [...prefix, node.command, ...node.args]
  const started = processes.start({
    name,
    command,
    args,
    cwd: repositoryRoot,
    env: node.env,
    output,
    stopSignal: 'SIGTERM',
    // A service stops by itself within ten seconds, whatever its clients do.
    graceMs: 12_000,
  })
  const urlOf = (number: number): string => `http://127.0.0.1:${number}`
  return { port, url: urlOf(port), operationsUrl: urlOf(operationsPort), process: started }
}
