import { type AccessTokenClaims, createAccessTokenVerifier } from '@latchkey/access-token'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, onRequestHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { AccessCheck } from './access-checks.ts'
import { createAuthenticator, verifiedClaims } from './authenticator.ts'
import { createJwtVerifier } from './jwt-verifier.ts'
import type { JwksFollower } from './keys/jwks-follower.ts'
import { type KeyOptions, keySourceOf } from './keys/key-source.ts'
import { createRefuse } from './refusal.ts'
import { createRequireScope } from './require-scope.ts'
import { createRevocationFeed, type RevocationFeed } from './revocations/revocation-feed.ts'
import type { RevocationOptions } from './revocations/revocation-options.ts'
import { assertOrigins } from './same-origin.ts'

export type ResourceServerOptions = {
  keys: KeyOptions
  /** The only accepted `iss`. */
  issuer: string
  /** This service's name in `aud`. */
  audience: string
  /** Origins of pages that may change things by cookie; the service's own may do so anyway. */
  allowedOrigins?: readonly string[]
  /** Follows the feed of revocations and refuses what is revoked. Without it a token is good until it expires. */
  revocations?: RevocationOptions
  /** Run on a good token, before its scope is checked. */
  checks?: readonly AccessCheck[]
  /** How long asynchronous checks may take together before the answer is 503, in milliseconds; 1500 unless given. */
  checkTimeoutMs?: number
  /** How far the clocks of issuer and verifier may be apart, in seconds, 0 to 60; 5 unless given. */
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
    /** The feed of revocations. Throws where none is followed. */
    revocations: RevocationFeed
    /** The copy of the issuer's keys. Throws where they are not fetched. */
    jwks: JwksFollower
    /**
     * Verifies an access token that did not come with a request: signature, claims, revocations; no `checks`, and no fetch for
     * an unknown key. Throws what a request would be refused with, or a `TokenError`.
     */
    verifyAccessToken(token: string): AccessTokenClaims
  }
  interface FastifyRequest {
    /** The claims of the token. Throws on a route that requires none. */
    accessToken: AccessTokenClaims
  }
}

/** Verifies access tokens locally and lets routes name the scope that they need. */
export const resourceServer: FastifyPluginAsync<ResourceServerOptions> = fastifyPlugin(
  async (app: FastifyInstance, options: ResourceServerOptions) => {
    const { issuer, audience, checks = [], checkTimeoutMs = 1500, allowedOrigins = [] } = options
    const { clockToleranceSeconds = 5, now = Date.now } = options
    assertOrigins(allowedOrigins)
    const { ring: issuerRing, jwks } = keySourceOf(options.keys, app.log)
    // The issuer signs with another key from now on, perhaps a new one.
    const onKeyRevoked = (): void => jwks?.refreshNow()
    const feed =
      options.revocations && (await createRevocationFeed(options.revocations, { log: app.log, now, onKeyRevoked }))
    const ring = feed?.guard(issuerRing) ?? issuerRing
    const engine = createJwtVerifier
    const verify = createAccessTokenVerifier({ ring, engine, issuer, audience, clockToleranceSeconds, now })
    const refuse = createRefuse(audience)
    const feedCheck: AccessCheck[] = feed ? [(_request, claims) => feed.check(claims)] : []
    const authenticate = createAuthenticator({
      verify,
      refuse,
      refreshKeys: () => jwks?.refreshForUnknownKey(),
      checks: [...feedCheck, ...checks],
      checkTimeoutMs,
      allowedOrigins,
    })

    decorateRequest(app)
    app.decorate('authenticate', authenticate)
    app.decorate('requireScope', createRequireScope(authenticate, refuse))
    app.decorate('verifyAccessToken', (token: string): AccessTokenClaims => {
      const claims = verify(token)
      feed?.check(claims)
      return claims
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
    for (const background of [jwks, feed]) {
      if (background === undefined) continue
      background.start()
      app.addHook('onClose', () => background.close())
    }
  },
  { name: '@latchkey/resource-server', fastify: '5.x' },
)

function decorateRequest(app: FastifyInstance): void {
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
}
