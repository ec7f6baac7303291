import { type KeyRing, publicJwks } from '@latchkey/access-token'
import type { AppInstance } from '@latchkey/service-kit'

/** Its path, relative to the issuer. */
export const JWKS_PATH = '/.well-known/jwks.json'

/** Verifiers may cache the set this long; a new key must be in the set for longer before it signs. */
const MAX_AGE_SECONDS = 60

/** RFC 7517 §5: the public keys of access tokens, including keys that do not sign yet. */
export function jwksRoute(app: AppInstance, accessRing: () => KeyRing): void {
  // Computed once per ring and not once per call: anyone may call.
  const known = new WeakMap<KeyRing, ReturnType<typeof publicJwks>>()
  function publicKeys(ring: KeyRing): ReturnType<typeof publicJwks> {
    const found = known.get(ring) ?? publicJwks(ring)
    known.set(ring, found)
    return found
  }

  app.get(
    JWKS_PATH,
    {
      config: { operation: 'get_jwks' },
      schema: { tags: ['oauth'], summary: 'The public keys of access tokens (RFC 7517)' },
    },
    async (_request, reply) => {
      reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).type('application/jwk-set+json')
      const { keys } = publicKeys(accessRing())
      return { keys: keys.filter(({ kid }) => !app.revocations.refusesKey(kid)) }
    },
  )
}
