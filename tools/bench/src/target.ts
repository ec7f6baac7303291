import type { ChildProcesses, NodeServer } from '@latchkey/harness'
import { openConnection } from './load/connection.ts'
import type { LoadClient } from './load/drive.ts'
import type { Exchange } from './load/exchange.ts'
import type { Cores } from './machine/cores.ts'
import { startServer } from './machine/server.ts'
import type { TargetProgram } from './workloads/workload.ts'

/** A running server under load, and its clients. */
export type Target = {
  readonly server: NodeServer
  /** One for each connection; empty before {@link connectAll}. */
  readonly clients: LoadClient[]
  exchanges(): Exchange[]
}

export type TargetOptions = {
  readonly processes: ChildProcesses
  readonly cores: Cores
  readonly connections: number
}

export async function startTarget(program: TargetProgram, options: TargetOptions): Promise<Target> {
  const { processes, cores, connections } = options
  const server = await startServer({ processes, prefix: cores.serverPrefix, ...program })
  let exchanges: Exchange[] | undefined
  return {
    server,
    clients: [],
    // Created late: the requests may depend on what `prepare` writes.
    exchanges() {
      exchanges ??= Array.from({ length: connections }, (_, n) => program.exchange(n))
      return exchanges
    },
  }
}

/** Connects right before the load begins: servers close idle connections. */
export async function connectAll({ server, clients, exchanges }: Target): Promise<void> {
  for (const exchange of exchanges()) clients.push({ connection: await openConnection(server.port), exchange })
}

/** The body of the response to a single request, on a connection of its own. */
export async function requestOnce({ server, exchanges }: Target): Promise<string> {
  const [exchange] = exchanges()
  if (exchange === undefined) throw new Error('a target needs at least one connection')
  const connection = await openConnection(server.port)
  const { status, body } = await connection.send(exchange.next())
  connection.close()
  if (status !== 200) throw new Error(`answered with ${status}: ${body}`)
  exchange.answered?.(body)
  return body
}

export async function stopTarget({ server, clients }: Target): Promise<void> {
  for (const { connection } of clients) connection.close()
  await server.process.stop()
}
