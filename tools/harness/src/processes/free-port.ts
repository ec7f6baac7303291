import { createServer } from 'node:net'

/** Why this address cannot be listened on (EADDRINUSE, EACCES …), undefined when it can. */
export async function listenFault(port: number, host: string): Promise<string | undefined> {
  const { fault } = await tryToListen(port, host)
  return fault
}

/** A free TCP port of 127.0.0.1, the preferred one if possible. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await listenFault(preferred, '127.0.0.1')) === undefined) return preferred
  const { port, fault } = await tryToListen(0, '127.0.0.1')
  if (port === undefined) throw new Error(`No free TCP port on 127.0.0.1: ${fault}`)
  return port
}

function tryToListen(port: number, host: string): Promise<{ port?: number; fault?: string }> {
  const { promise, resolve } = Promise.withResolvers<{ port?: number; fault?: string }>()
  const server = createServer()
  server.once('error', (error: NodeJS.ErrnoException) => resolve({ fault: error.code ?? error.message }))
  server.listen({ port, host, exclusive: true }, () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' && address !== null ? { port: address.port } : {}))
  })
  return promise
}
