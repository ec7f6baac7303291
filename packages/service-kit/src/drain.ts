import { once } from 'node:events'
import { Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppInstance } from './app-instance.ts'

export type DrainTimes = {
  /** How long the app goes on as before once it is not ready, so that balancers notice. Milliseconds. */
  drainMs: number
  /** How long open connections may still bring a request, to be answered and told to leave. Milliseconds. */
  lingerMs: number
}

const SWEEP_MS = 50

/**
 * Makes the function that takes an app out of service without cutting anybody off: first it is not ready, then it accepts
 * no new connection and ends each open one with its next answer, then it closes those that bring nothing more.
 */
export function createDrain(
  app: AppInstance,
  { drainMs, lingerMs }: DrainTimes,
): (options: { announce: boolean }) => Promise<void> {
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  return async ({ announce }) => {
    app.draining = true
    if (announce) await sleep(drainMs)
    const closed = once(app.server, 'close')
    // Not `app.server.close()`, which cuts idle connections at once, and with them requests that are on their way.
    Server.prototype.close.call(app.server)
    await Promise.race([closed, sleep(lingerMs)])
    const sweep = setInterval(() => {
      app.server.closeIdleConnections()
      // Node does not count a connection as idle that has brought nothing yet, as browsers open them in advance.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    }, SWEEP_MS)
    await closed.finally(() => clearInterval(sweep))
  }
}
