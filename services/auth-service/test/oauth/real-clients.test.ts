import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import t from 'tap'
import { administratorOf } from '../support/auth-service.ts'
import { listen, ODD, PAYROLL } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await listen(t)
const tenant = await listen(t, { path: '/tenant', beside: auth })
const resource = await startResourceService(t, auth)

/** The error that a library makes of a refusal, or `none`. */
const refusalOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'none',
    (error: unknown) => error,
  )

for (const {
  config: {
    tokens: { issuer },
  },
} of [auth, tenant]) {
  for (const [method, authentication, { clientId, secret }] of [
    ['client_secret_basic', openid.ClientSecretBasic, PAYROLL],
    ['client_secret_post', openid.ClientSecretPost, PAYROLL],
    ['client_secret_basic', openid.ClientSecretBasic, ODD],
    ['client_secret_post', openid.ClientSecretPost, ODD],
  ] as const) {
    t.test(
      `openid-client walks ${issuer === auth.config.tokens.issuer ? '' : 'an issuer with a path, '}as ${clientId} by ${method}`,
      async (t) => {
        const config = await openid.discovery(new URL(issuer), clientId, {}, authentication(secret), {
          algorithm: 'oauth2',
          execute: [openid.allowInsecureRequests],
        })
        t.equal(config.serverMetadata().issuer, issuer)
        const tokens = await openid.clientCredentialsGrant(config, { scope: 'employees:read' })
        t.match(tokens, { token_type: 'bearer', scope: 'employees:read', expires_in: 900 })
        t.ok(Number(tokens.expiresIn()) > 800)
        t.match(await openid.tokenIntrospection(config, tokens.access_token), {
          active: true,
          sub: clientId,
          client_id: clientId,
        })
        await openid.tokenRevocation(config, tokens.access_token)
        t.same(await openid.tokenIntrospection(config, tokens.access_token), { active: false })

        t.match(await refusalOf(openid.clientCredentialsGrant(config, { scope: 'audit:read' })), {
          error: 'invalid_scope',
          status: 400,
        })
        t.match(await refusalOf(openid.refreshTokenGrant(config, 'x')), { error: 'unauthorized_client', status: 400 })
      },
    )
  }
}

t.test('openid-client meets a wrong secret as the standard says', async (t) => {
  const config = await openid.discovery(
    new URL(auth.config.tokens.issuer),
    PAYROLL.clientId,
    {},
    openid.ClientSecretPost('wrong'),
    {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    },
  )
  const error = await openid.clientCredentialsGrant(config).catch((reason: unknown) => reason)
  t.ok(error instanceof openid.WWWAuthenticateChallengeError || error instanceof openid.ResponseBodyError)
  t.match(error, { status: 401 })
})

t.test('openid-client keeps a user signed in, and signs out', async (t) => {
  const user = await auth.newUser()
  const asAdmin = await administratorOf(auth)
  await asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['staff'] })
  const config = await openid.discovery(new URL(auth.config.tokens.issuer), 'latchkey', {}, openid.None(), {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  })
  const first = await openid.refreshTokenGrant(config, user.refreshToken)
  t.match(first, { token_type: 'bearer', scope: 'profile employees:read' })
  const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '', { scope: 'profile' })
  t.equal(second.scope, 'profile')
  t.not(second.refresh_token, first.refresh_token)
  t.equal(claimsOf(second.access_token).sub, user.userId)
  t.equal(await resource.verify(second.access_token), 'ok')
  await openid.tokenRevocation(config, first.refresh_token ?? '', { token_type_hint: 'refresh_token' })
  t.ok(await resource.eventuallyRefuses(second.access_token))
  t.match(await refusalOf(openid.refreshTokenGrant(config, second.refresh_token ?? '')), {
    error: 'invalid_grant',
    status: 400,
  })
})

t.test('oauth4webapi walks discovery, grants, introspection and revocation', async (t) => {
  const insecure = { [oauth.allowInsecureRequests]: true }
  const issuer = new URL(auth.config.tokens.issuer)
  const as = await oauth
    .discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    .then((response) => oauth.processDiscoveryResponse(issuer, response))
  for (const { clientId, secret } of [PAYROLL, ODD]) {
    const client: oauth.Client = { client_id: clientId }
    for (const method of [oauth.ClientSecretBasic(secret), oauth.ClientSecretPost(secret)]) {
      const tokens = await oauth
        .clientCredentialsGrantRequest(as, client, method, new URLSearchParams(), insecure)
        .then((response) => oauth.processClientCredentialsResponse(as, client, response))
      t.equal(tokens.token_type, 'bearer')
      const called = await oauth.protectedResourceRequest(
        tokens.access_token,
        'GET',
        new URL(`${resource.url}/employees`),
        undefined,
        undefined,
        insecure,
      )
      t.equal(called.status, 200)
      const known = await oauth
        .introspectionRequest(as, client, method, tokens.access_token, insecure)
        .then((response) => oauth.processIntrospectionResponse(as, client, response))
      t.match(known, { active: true, client_id: clientId, sub: clientId })
      await oauth
        .revocationRequest(as, client, method, tokens.access_token, insecure)
        .then((response) => oauth.processRevocationResponse(response))
      t.ok(await resource.eventuallyRefuses(tokens.access_token))
      const refused = oauth.protectedResourceRequest(
        tokens.access_token,
        'GET',
        new URL(`${resource.url}/employees`),
        undefined,
        undefined,
        insecure,
      )
      const error = await refused.catch((reason: unknown) => reason)
      t.ok(error instanceof oauth.WWWAuthenticateChallengeError)
      t.match(error, { status: 401, cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }] })
    }
  }

  const user = await auth.newUser()
  const people: oauth.Client = { client_id: 'latchkey' }
  const refreshed = await oauth
    .refreshTokenGrantRequest(as, people, oauth.None(), user.refreshToken, insecure)
    .then((response) => oauth.processRefreshTokenResponse(as, people, response))
  t.ok(refreshed.refresh_token)
  await oauth
    .revocationRequest(as, people, oauth.None(), refreshed.refresh_token ?? '', insecure)
    .then((response) => oauth.processRevocationResponse(response))
  t.ok(await resource.eventuallyRefuses(refreshed.access_token))
})

t.test('the libraries accept a client without any scope', async (t) => {
  const bare = { clientId: 'bare', secret: 'a-secret-of-bare-that-is-long-enough', scopes: [] }
  const other = await listen(t, { beside: auth, variables: { SERVICE_CLIENTS: JSON.stringify([bare]) } })
  const config = await openid.discovery(
    new URL(other.config.tokens.issuer),
    'bare',
    {},
    openid.ClientSecretBasic(bare.secret),
    {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    },
  )
  t.equal((await openid.clientCredentialsGrant(config)).scope, undefined)
})
