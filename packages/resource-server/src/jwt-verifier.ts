import fastifyJwt, { type JWT } from '@fastify/jwt'
import { type Key, type SignatureVerifier, signatureOptions } from '@latchkey/access-token'
import type { FastifyInstance } from 'fastify'

/**
 * Checks signatures with @fastify/jwt, one registration per key. With a static secret it keeps one ready verifier and
 * checks a token in a single synchronous step; with a secret callback it would decode each token twice. Keys can turn
 * up while the server runs, when Fastify takes no more plugins: hence a scope of the app that only holds what the
 * plugin decorates, and nothing shows up on the app itself.
 */
export function createJwtEngine(app: FastifyInstance): (key: Key) => SignatureVerifier {
  return (key) => {
    const jwt = registerKey(app, key)
    return (token) => jwt.verify(token)
  }
}

function registerKey(app: FastifyInstance, key: Key): JWT {
  let jwt: JWT | undefined
  const ignore = { value: () => undefined }
  const scope: FastifyInstance = Object.create(app, {
    decorate: {
      value: (_name: string, decorator: JWT) => {
        jwt = decorator
      },
    },
    decorateRequest: ignore,
    decorateReply: ignore,
  })
  // No private key: through this registration nothing can be signed.
  fastifyJwt(scope, { secret: { public: key.verifyWith }, verify: signatureOptions(key) }, (error) => {
    if (error) throw error
  })
  if (jwt === undefined) throw new Error('@fastify/jwt did not register at once')
  return jwt
}
