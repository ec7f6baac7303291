import { Body } from '@latchkey/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'

export const RefreshTokenBody = Body({ refreshToken: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })) })

/** Clients that keep the refresh token in its cookie send no body at all. Runs as `preValidation`. */
export function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.body ??= {}
  done()
}
