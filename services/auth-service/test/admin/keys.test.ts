import { createAccessTokenSigner, parseKeyRing } from '@latchkey/access-token'
import { eventually } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { startAuthService, type TestService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

t.setTimeout(120_000)

const OLD = 'old:old-secret-old-secret-old-secret-old'
const NEW = 'new:new-secret-new-secret-new-secret-new'
const LEAKED = 'leaked:leaked-secret-leaked-secret-leaked'

/** What anyone with a leaked key can sign: a token with any claims. */
function forgeWith(ring: string, { config }: TestService, { userId, deviceId }: { userId: string; deviceId: string }) {
  const sign = createAccessTokenSigner({ ring: () => parseKeyRing(ring) })
  const iat = Math.floor(Date.now() / 1000)
  return sign({
    iss: config.tokens.issuer,
    aud: config.tokens.audience,
    sub: userId,
    iat,
    exp: iat + 24 * 3600,
    jti: 'forged',
    client_id: 'latchkey',
    scope: 'employees:read',
    sid: 'forged',
    did: deviceId,
    ver: 0,
    roles: ['user'],
  })
}

t.test('nothing that is signed under a revoked key is accepted any more, anywhere', async (t) => {
  const auth = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: `${NEW},${LEAKED}` } })
  const { verify } = await startResourceService(t, auth, { keys: `${NEW},${LEAKED}` })
  const [user, admin] = [await auth.newUser(), await auth.signInAdmin()]
  const forged = forgeWith(LEAKED, auth, user)
  t.equal(await verify(forged), 'ok', 'before')

  const answer = await auth.call('DELETE', '/admin/keys/leaked', { token: admin.accessToken })
  t.equal(answer.statusCode, 204)
  t.ok(await eventually(async () => (await verify(forged)) === 'token_revoked'))
  t.equal(await verify(user.accessToken), 'ok', 'tokens under other keys live on')

  const me = await auth.call('GET', '/auth/me', { token: forged })
  t.equal(me.json().code, 'token_revoked', 'at auth-service too')
  const cookie = await auth.call('GET', '/auth/cookie', { cookies: `__Host-access=${forged}` })
  t.same(cookie.json(), { present: true, valid: false, reason: 'token_revoked' })

  t.equal((await auth.call('DELETE', '/admin/keys/leaked', { token: admin.accessToken })).statusCode, 204, 'again')
  const audit = await auth.call('GET', '/admin/audit?type=key_revoked', { token: admin.accessToken })
  t.match(audit.json().items, [{ type: 'key_revoked', subjectId: 'leaked', actorId: admin.userId, outcome: 'success' }])
  t.equal(audit.json().items.length, 1)

  t.test('it stays revoked after Redis lost everything, also for a verifier that starts later', async (t) => {
    const redis = new Redis(auth.environment.redisUrl)
    t.teardown(async () => redis.disconnect())
    await redis.del(`${auth.environment.redisPrefix}revocations`)
    const beside = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: `${NEW},${LEAKED}` } })
    t.ok(beside.app, 'a replica that starts publishes what Redis does not know')
    const { verify: late } = await startResourceService(t, auth, { keys: `${NEW},${LEAKED}` })
    t.equal(await late(forged), 'token_revoked')
    t.equal(await verify(forged), 'token_revoked')
  })

  t.test('no replica starts to sign with a revoked key', async (t) => {
    const wrong = startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: `${LEAKED},${NEW}` } })
    await t.rejects(wrong, { message: /'leaked' was revoked/ })
  })
})

t.test('the key that signs cannot be revoked', async (t) => {
  const auth = await startAuthService(t, { variables: { ACCESS_TOKEN_SECRET: `${NEW},${OLD}` } })
  const admin = await auth.signInAdmin()
  const answer = await auth.call('DELETE', '/admin/keys/new', { token: admin.accessToken })
  t.equal(answer.statusCode, 409)
  t.equal(answer.json().code, 'key_in_use')
  t.equal((await auth.call('GET', '/auth/me', { token: admin.accessToken })).statusCode, 200)
  const audit = await auth.call('GET', '/admin/audit?type=key_revoked', { token: admin.accessToken })
  t.same(audit.json().items, [])
})

t.test('revoking keys needs clients:manage and a well-formed kid', async (t) => {
  const auth = await startAuthService(t)
  const [user, admin] = [await auth.newUser(), await auth.signInAdmin()]
  t.equal((await auth.call('DELETE', '/admin/keys/old')).statusCode, 401)
  const lacking = await auth.call('DELETE', '/admin/keys/old', { token: user.accessToken })
  t.equal(lacking.statusCode, 403)
  t.equal(lacking.json().code, 'insufficient_scope')
  for (const kid of ['a%20b', 'k'.repeat(65), '%F0%9F%94%91']) {
    const answer = await auth.call('DELETE', `/admin/keys/${kid}`, { token: admin.accessToken })
    t.equal(answer.statusCode, 400, kid)
    t.equal(answer.json().code, 'invalid_request')
  }
  t.equal((await auth.call('DELETE', '/admin/keys/never-seen', { token: admin.accessToken })).statusCode, 204)
})
