import { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

/** Lets the connection of this request be idle for longer than the server allows. Milliseconds. */
export function setIdleTimeout({ raw: { socket } }: Pick<FastifyReply, 'raw'>, idleMs: number): void {
  if (socket instanceof Socket) socket.setTimeout(idleMs)
}

/** Aborts when the client closes its connection before it has the answer. */
export function disconnectSignal({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new Error('the client disconnected'))
  })
  return controller.signal
}
