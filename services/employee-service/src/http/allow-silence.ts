import { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

/** Keeps the connection of a long request open while nothing moves on it. For this one request, in milliseconds. */
export function allowSilence({ raw: { socket } }: Pick<FastifyReply, 'raw'>, silenceMs: number): void {
  if (socket instanceof Socket) socket.setTimeout(silenceMs)
}
