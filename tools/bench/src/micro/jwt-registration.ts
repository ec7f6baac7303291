// What checking an access token costs, by how @fastify/jwt is registered for keys that come and go:
//   node scripts/run.mjs tools/bench/src/micro/jwt-registration.ts
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import {
  type AccessTokenClaims,
  ALGORITHMS,
  type Algorithm,
  createAccessTokenSigner,
  createAccessTokenVerifier,
  type Key,
  parseKeyRing,
  parsePrivateKeys,
  type SigningRing,
  signatureOptions,
} from '@latchkey/access-token'
import { createVerifier } from 'fast-jwt'
import fastify from 'fastify'
import { measure } from './measure.ts'

const issuer = 'http://localhost:3001'
const audience = 'latchkey'
const iat = Math.floor(Date.now() / 1000)
const claims: AccessTokenClaims = {
  iss: issuer,
  aud: audience,
  sub: '0190b5c4-8a3e-7c1d-9f00-aaaaaaaaaaaa',
  iat,
  exp: iat + 3600,
  jti: 'dGVzdC10b2tlbi1pZGVudA',
  client_id: 'latchkey',
  scope: 'profile employees:read',
  sid: 'dGVzdC10b2tlbi1pZGVudA',
  did: 'dGVzdC10b2tlbi1pZGVudA',
  ver: 0,
  roles: ['user'],
  username: 'somebody',
  email: 'somebody@example.test',
}

function jwkOf(privateKey: KeyObject): string {
  return JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k1' }] })
}

const rings: Record<Algorithm, SigningRing> = {
  HS256: parseKeyRing(`k1:${'s'.repeat(48)}`),
  ES256: parsePrivateKeys(jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)),
  EdDSA: parsePrivateKeys(jwkOf(generateKeyPairSync('ed25519').privateKey)),
}

type Engine = (key: Key) => (token: string) => unknown

/** For each key on an instance of Fastify that serves nothing: packages/resource-server/src/jwt-verifier.ts. */
const perKey: Engine = (key) => {
  const instance = fastify()
  fastifyJwt(instance, { secret: { public: key.verifyWith }, verify: signatureOptions(key) }, (error) => {
    if (error) throw error
  })
  return (token) => instance.jwt.verify(token)
}

/** Once; each call names the key. */
async function keyPerCall(): Promise<Engine> {
  const app = fastify()
  await app.register(fastifyJwt, { secret: 'never used: each call brings a key' })
  return (key) => {
    const options = { key: key.verifyWith, ...signatureOptions(key) }
    return (token) => app.jwt.verify(token, options)
  }
}

type JwtRequest = {
  token: string
  jwtVerify(options: undefined, callback: (error: Error | null, payload: unknown) => void): void
}

/** Once, with a secret callback, as the plugin's README has it for several keys. All callbacks are synchronous. */
async function secretCallback(): Promise<Engine> {
  const app = fastify()
  let secret = ''
  await app.register(fastifyJwt, {
    secret: (_request, _token, done) => done(null, secret),
    verify: {
      algorithms: [...ALGORITHMS],
      ignoreExpiration: true,
      ignoreNotBefore: true,
      extractToken: (request) => (request as unknown as JwtRequest).token,
    },
  })
  const requests: JwtRequest[] = []
  app.get('/', async (request) => requests.push(Object.create(request as unknown as JwtRequest)))
  await app.inject('/')
  const [request] = requests
  if (request === undefined) throw new Error('the request was not kept')
  return (key) => (token) => {
    secret = key.verifyWith
    request.token = token
    let verified: unknown
    request.jwtVerify(undefined, (error, payload) => {
      if (error) throw error
      verified = payload
    })
    return verified
  }
}

const withoutPlugin: Engine = (key) => createVerifier({ key: key.verifyWith, ...signatureOptions(key) })

for (const [algorithm, ring] of Object.entries(rings)) {
  const token = createAccessTokenSigner({ ring: () => ring })(claims)
  const engines: Record<string, Engine> = {
    'registered for each key': perKey,
    'registered once, key per call': await keyPerCall(),
    'registered once, secret callback': await secretCallback(),
    'fast-jwt without the plugin': withoutPlugin,
  }
  measure(
    `${algorithm}: a whole check of an access token`,
    Object.entries(engines).map(([name, engine]) => {
      const verify = createAccessTokenVerifier({ ring: () => ring, engine, issuer, audience })
      return { name, run: () => verify(token) }
    }),
  )
}
