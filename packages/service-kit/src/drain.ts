import { once } from 'node:events'
import { Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppInstance } from './app-instance.ts'

export type DrainTimes = {
  /** How long an app that is not ready keeps serving, so that load balancers notice. Milliseconds. */
  drainMs: number
  /** How long open connections may still send a request; its answer closes them. Milliseconds. */
  lingerMs: number
}

const SWEEP_MS = 50

/**
 * Makes the function that takes an app out of service without cutting off a caller: the app is not ready and closes each connection
 * with its next answer, then it accepts no new one, then it closes those that stay idle.
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
    // `app.server.close()` would cut idle connections at once, and with them requests that are on their way.
    Server.prototype.close.call(app.server)
    await Promise.race([closed, sleep(lingerMs)])
    const sweep = setInterval(() => {
      app.server.closeIdleConnections()
      // Browsers open connections in advance. Node does not count one as idle before its first byte.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    }, SWEEP_MS)
    await closed.finally(() => clearInterval(sweep))
  }
}
