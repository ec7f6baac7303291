import type { Connection } from './connection.ts'
import type { Exchange } from './exchange.ts'

/** A connection and its requests, both kept from sample to sample. */
export type LoadClient = { readonly connection: Connection; readonly exchange: Exchange }

/**
 * Keeps every connection busy for `ms` milliseconds and returns how many requests were answered.
 *
 * @throws at the first response that is not 200: a server that refuses is fast, and measures nothing
 */
export async function drive(clients: readonly LoadClient[], ms: number): Promise<number> {
  const end = performance.now() + ms
  const counts = await Promise.all(clients.map((client) => keepBusy(client, end)))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function keepBusy({ connection, exchange }: LoadClient, end: number): Promise<number> {
  let count = 0
  while (performance.now() < end) {
    const { status, body } = await connection.send(exchange.next())
    if (status !== 200) throw new Error(`answered with ${status}: ${body}`)
    exchange.answered?.(body)
    count++
  }
  return count
}
