import { type AccessTokenClaims, createAccessTokenVerifier, type KeyRing, parseKeyRing } from '@latchkey/access-token'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, onRequestHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { AccessCheck } from './access-checks.ts'
import { AccessError } from './access-error.ts'
import { createAuthenticator, verifiedClaims } from './authenticator.ts'
import { createJwtVerifier } from './jwt-verifier.ts'
import { followJwks, type JwksControl, type JwksFollower } from './keys/jwks-follower.ts'
import type { JwksOptions } from './keys/jwks-options.ts'
import { createRefuse } from './refusal.ts'
import { createRevocationFeed, type RevocationFeed } from './revocations/revocation-feed.ts'
import type { RevocationOptions } from './revocations/revocation-options.ts'
import { assertOrigins } from './same-origin.ts'

export type ResourceServerOptions = {
  /**
   * The ring; its text (`kid:secret[,kid:secret…]`); a function that is asked for it at each request; or where the issuer
   * publishes it.
   */
  keys: KeyRing | (() => KeyRing) | string | JwksOptions
  /** The one `iss` that counts. */
  issuer: string
  /** This service's name in `aud`. */
  audience: string
  /** Browser origins beside the service's own that may change things by cookie. */
  allowedOrigins?: readonly string[]
  /** Follows the feed of revocations and refuses what is revoked. Without it a token is good until it expires. */
  revocations?: RevocationOptions
  /** Run after the token was found good and before its scope is looked at. */
  checks?: readonly AccessCheck[]
  /** How long asynchronous checks may take together before the answer is 503, in milliseconds. */
  checkTimeoutMs?: number
  clockToleranceSeconds?: number
  /** The time in milliseconds since 1970. */
  now?: () => number
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets requests with a good access token pass. */
    authenticate: onRequestHookHandler
    /** Lets requests with a good access token pass that holds this scope. */
    requireScope(scope: string): onRequestHookHandler
    /** How the feed of revocations does. Where none is followed, reading it is a mistake and throws. */
    revocations: RevocationFeed
    /** How the fetching of the issuer's keys does. Where they are not fetched, reading it is a mistake and throws. */
    jwks: JwksFollower
    /**
     * For an access token that did not come with a request: signature, claims, revocations; no `checks`, and no fetch for an
     * unknown key. It throws what a request would be refused with, or a `TokenError`.
     */
    verifyAccessToken(token: string): AccessTokenClaims
  }
  interface FastifyRequest {
    /** The claims of the token. On a route that requires none, reading it is a mistake and throws. */
    accessToken: AccessTokenClaims
  }
}

const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Verifies access tokens locally and lets routes name the scope that they need. */
export const resourceServer: FastifyPluginAsync<ResourceServerOptions> = fastifyPlugin(
  async (app: FastifyInstance, options: ResourceServerOptions) => {
    const { issuer, audience, checks = [], checkTimeoutMs = 1500, allowedOrigins = [] } = options
    const { clockToleranceSeconds = 5, now = Date.now } = options
    assertOrigins(allowedOrigins)
    const { revocations } = options
    const { jwks, keys } = keysOf(options.keys, app)
    // The issuer signs with another key from now on, perhaps a new one.
    const onKeyRevoked = (): void => jwks?.refreshNow()
    const feed = revocations && (await createRevocationFeed(revocations, { log: app.log, now, onKeyRevoked }))
    const ring = feed?.guard(keys) ?? keys
    const verify = createAccessTokenVerifier({
      ring,
      engine: createJwtVerifier,
      issuer,
      audience,
      clockToleranceSeconds,
      now,
    })
    const refuse = createRefuse(audience)
    const allChecks: AccessCheck[] = feed ? [(_request, claims) => feed.check(claims), ...checks] : [...checks]
    const authenticate = createAuthenticator({
      verify,
      refuse,
      refreshKeys: () => jwks?.refreshForUnknownKey(),
      checks: allChecks,
      checkTimeoutMs,
      allowedOrigins,
    })

    app.decorateRequest(verifiedClaims, null)
    app.decorateRequest('accessToken', {
      getter(this: FastifyRequest) {
        const claims = this[verifiedClaims]
        if (claims === null) throw new Error('request.accessToken was read on a route that requires no token')
        return claims
      },
      setter(this: FastifyRequest, claims: AccessTokenClaims) {
        this[verifiedClaims] = claims
      },
    })
    app.decorate('revocations', {
      getter() {
        if (feed === undefined) throw new Error('app.revocations was read, but no feed of revocations is followed')
        return feed.feed
      },
    })
    app.decorate('jwks', {
      getter() {
        if (jwks === undefined) throw new Error('app.jwks was read, but the keys are not fetched from anywhere')
        return jwks
      },
    })
    app.decorate('verifyAccessToken', (token: string): AccessTokenClaims => {
      const claims = verify(token)
      feed?.check(claims)
      return claims
    })
    if (jwks !== undefined) {
      jwks.start()
      app.addHook('onClose', () => jwks.close())
    }
    if (feed !== undefined) {
      feed.start()
      app.addHook('onClose', () => feed.close())
    }
    app.decorate('authenticate', authenticate)
    app.decorate('requireScope', (scope: string): onRequestHookHandler => {
      if (!scopePattern.test(scope)) throw new TypeError(`${JSON.stringify(scope)} is not a scope`)
      const detail = `This call needs the scope ${scope}.`
      return (request, reply, next) =>
        authenticate(request, reply, (error) => {
          if (error !== undefined) next(error)
          else if (hasScope(request.accessToken, scope)) next()
          else next(refuse(new AccessError('insufficient_scope', { detail, requiredScope: scope }), reply))
        })
    })
  },
  { name: '@latchkey/resource-server', fastify: '5.x' },
)

type KeySource = { readonly keys: () => KeyRing; readonly jwks?: JwksControl }

function keysOf(keys: ResourceServerOptions['keys'], { log }: FastifyInstance): KeySource {
  if (typeof keys !== 'object' || !('jwksUrl' in keys)) return { keys: ringOf(keys) }
  const jwks = followJwks(keys, log)
  return { keys: jwks.ring, jwks }
}

function ringOf(keys: Exclude<ResourceServerOptions['keys'], JwksOptions>): () => KeyRing {
  if (typeof keys === 'function') return keys
  const ring = typeof keys === 'string' ? parseKeyRing(keys) : keys
  // From plain JavaScript, an unset variable would get here.
  if (typeof ring?.get !== 'function') throw new TypeError('keys must be a key ring, its text, a function or a jwksUrl')
  return () => ring
}

function hasScope({ scope }: AccessTokenClaims, required: string): boolean {
  return ` ${scope} `.includes(` ${required} `)
}
