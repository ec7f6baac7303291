import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSigner, createVerifier } from 'fast-jwt'
import { Redis } from 'ioredis'
import { ACCESS_SECRET, ACCESS_TTL_SECONDS, AUDIENCE, ISSUER, KID, REFRESH_SECRET } from '../tokens.ts'
import { createPlainServer, listen } from './plain-server.ts'

type RefreshClaims = { sub: string; did: string; sid: string; gen: number }
type User = { id: string; email: string; username: string; roles: string[] }
type Rotated = [generation: number, user: string, deviceName: string]

const IDLE_SECONDS = 7 * 24 * 3600

const redis = new Redis(process.env.REDIS_URL ?? '')
const script = readFileSync(new URL('./refresh.lua', import.meta.url), 'utf8')
const sha = String(await redis.script('LOAD', script))

const verify = createVerifier({ key: REFRESH_SECRET, algorithms: ['HS256'], checkTyp: 'rt+jwt' })
const signRefresh = createSigner<object>({
  key: REFRESH_SECRET,
  algorithm: 'HS256',
  header: { alg: 'HS256', typ: 'rt+jwt', kid: KID },
})
const signAccess = createSigner<object>({
  key: ACCESS_SECRET,
  algorithm: 'HS256',
  header: { alg: 'HS256', typ: 'at+jwt', kid: KID },
})

const text = { type: 'string' }
const answer = {
  type: 'object',
  properties: {
    user: {
      type: 'object',
      properties: {
        id: text,
        email: text,
        username: text,
        fullName: { type: ['string', 'null'] },
        roles: { type: 'array', items: text },
        status: text,
        createdAt: text,
      },
    },
    device: { type: 'object', properties: { id: text, name: text } },
    tokenType: text,
    expiresIn: { type: 'integer' },
    accessToken: text,
    refreshToken: text,
  },
}

const app = createPlainServer()

app.post<{ Body: { refreshToken: string } }>(
  '/auth/refresh',
  {
    schema: {
      body: { type: 'object', required: ['refreshToken'], properties: { refreshToken: text } },
      response: { 200: answer },
    },
  },
  async (request, reply) => {
    let claims: RefreshClaims
    try {
      claims = verify(request.body.refreshToken)
    } catch {
      return reply.code(401).send({ code: 'invalid_token' })
    }
    const { sub, did, sid, gen } = claims
    const rotated = (await redis.evalsha(sha, 1, `session:${sid}`, gen, IDLE_SECONDS * 1000)) as Rotated | null
    if (rotated === null) return reply.code(401).send({ code: 'token_reused' })
    const [generation, json, deviceName] = rotated
    const user: User = JSON.parse(json)
    const iat = Math.floor(Date.now() / 1000)
    return {
      user,
      device: { id: did, name: deviceName },
      tokenType: 'Bearer',
      expiresIn: ACCESS_TTL_SECONDS,
      accessToken: signAccess({
        iss: ISSUER,
        aud: AUDIENCE,
        sub,
        iat,
        exp: iat + ACCESS_TTL_SECONDS,
        jti: randomUUID(),
        client_id: 'latchkey',
        scope: 'profile employees:read',
        sid,
        did,
        ver: 0,
        roles: user.roles,
        username: user.username,
        email: user.email,
      }),
      refreshToken: signRefresh({ sub, did, sid, gen: generation, iat, exp: iat + IDLE_SECONDS }),
    }
  },
)

await listen(app)
