import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@latchkey/test-kit'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { headerOf } from '../support/tokens.ts'

type Profile = 'ES256' | 'EdDSA'
type Scope = Parameters<typeof startAuthService>[0]

function privateJwk(algorithm: Profile, kid: string): object {
  const { privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: algorithm }
}

t.setTimeout(120_000)

const ringOf = (...keys: object[]): string => JSON.stringify({ keys })

/** auth-service listening, with private keys from a file. */
async function startWith(t: Scope, algorithm: Profile, file: string) {
  const auth = await startAuthService(t, {
    variables: {
      ACCESS_TOKEN_ALGORITHM: algorithm,
      ACCESS_TOKEN_SECRET: '',
      ACCESS_TOKEN_PRIVATE_KEYS_FILE: file,
    },
  })
  return { auth, url: await auth.app.listen({ host: '127.0.0.1', port: 0 }) }
}

for (const algorithm of ['ES256', 'EdDSA'] as const) {
  t.test(`${algorithm}: only auth-service can sign, and anyone can verify with the published keys`, async (t) => {
    const [first, second] = [privateJwk(algorithm, 'first'), privateJwk(algorithm, 'second')]
    const file = join(t.testdir({ ring: ringOf(first) }), 'ring')
    const { auth, url } = await startWith(t, algorithm, file)
    const keys = { jwksUrl: `${url}/.well-known/jwks.json`, algorithm, cooldownMs: 50 }
    const { app: verifier, verify } = await startResourceService(t, auth, { keys })
    await verifier.jwks.ready
    const user = await auth.newUser()
    t.same(headerOf(user.accessToken), { alg: algorithm, typ: 'at+jwt', kid: 'first' })
    t.equal(await verify(user.accessToken), 'ok')
    t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)

    const metadata = await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()
    t.match(metadata, {
      issuer: auth.config.tokens.issuer,
      jwks_uri: `${auth.config.tokens.issuer}/.well-known/jwks.json`,
    })
    const published = await fetch(`${url}/.well-known/jwks.json`)
    t.match(published.headers.get('content-type'), /^application\/jwk-set\+json/)
    t.match(published.headers.get('cache-control'), /max-age=60/)
    const { keys: jwks } = (await published.json()) as { keys: object[] }
    t.match(jwks, [{ kid: 'first', alg: algorithm, use: 'sig' }])
    for (const secret of ['d', 'k']) t.notOk(jwks.some((key) => secret in key))

    t.test('jose verifies tokens with the published keys', async (t) => {
      const jwks = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`))
      const { issuer, audience } = auth.config.tokens
      const { payload } = await jwtVerify(user.accessToken, jwks, { issuer, audience, typ: 'at+jwt' })
      t.equal(payload.sub, user.userId)
    })

    t.test('a key is added, signs, and is dropped', async (t) => {
      const kids = async (): Promise<unknown[]> => {
        const set = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
        return set.keys.map(({ kid }) => kid)
      }
      writeFileSync(file, ringOf(first, second))
      t.ok(await eventually(async () => (await kids()).length === 2), 'published before it signs')
      t.match(headerOf((await auth.signIn(user.email)).accessToken), { kid: 'first' })
      writeFileSync(file, ringOf(second, first))
      t.ok(await eventually(async () => (await kids())[0] === 'second'))
      const later = await auth.signIn(user.email)
      t.match(headerOf(later.accessToken), { kid: 'second' })
      t.equal(await verify(later.accessToken), 'ok')
      t.equal(await verify(user.accessToken), 'ok')
    })

    t.test('a revoked key is no longer published, and verifiers that still have it refuse it', async (t) => {
      const admin = await auth.signInAdmin()
      const answer = await auth.call('DELETE', '/admin/keys/first', { token: admin.accessToken })
      t.equal(answer.statusCode, 204)
      t.ok(await eventually(async () => (await verify(user.accessToken)) === 'token_revoked'))
      const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
      t.same(
        keys.map(({ kid }) => kid),
        ['second'],
      )
    })
  })
}

t.test('a shared secret is never published', async (t) => {
  const auth = await startAuthService(t)
  t.equal((await auth.call('GET', '/.well-known/jwks.json')).statusCode, 404)
  t.notOk('jwks_uri' in (await auth.call('GET', '/.well-known/oauth-authorization-server')).json())
})

t.test('a ring of another algorithm in the changed file is not taken over', async (t) => {
  const file = join(t.testdir({ ring: ringOf(privateJwk('ES256', 'first')) }), 'ring')
  const { auth } = await startWith(t, 'ES256', file)
  writeFileSync(file, ringOf(privateJwk('EdDSA', 'other')))
  t.ok(
    await eventually(async () => JSON.stringify(auth.logs.lines()).includes('the keys are for EdDSA, not for ES256')),
  )
  const user = await auth.newUser()
  t.match(headerOf(user.accessToken), { kid: 'first' })
})
