import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Test } from 'tap'

export type ReservedPort = { readonly port: string; release(): Promise<string> }

/** Listens until somebody else is to: which origins are allowed is said before their pages are there. */
export async function reservePort(t: Test): Promise<ReservedPort> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = String((server.address() as AddressInfo).port)
  const release = async (): Promise<string> => {
    server.close()
    return port
  }
  t.teardown(release)
  return { port, release }
}
