import fastify from 'fastify'
import t from 'tap'
import { type AccessCheck, AccessError, resourceServer } from '../src/index.ts'
import { audience, issuer, nowSeconds, tokenWith } from './hostile/forge-token.ts'
import { bearer, buildTestServer, ringText } from './test-server.ts'

const headers = bearer(tokenWith())

async function answerOf(...checks: AccessCheck[]) {
  const app = await buildTestServer({ checks, checkTimeoutMs: 50 })
  const reply = await app.inject({ url: '/employees', headers })
  await app.close()
  return reply
}

class Frozen extends Error {
  readonly code = 'account_gone'
  readonly statusCode = 401
  constructor() {
    super('The account is "gone".')
    Object.freeze(this)
  }
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

t.test('checks get the request and the claims, and let it pass', async (t) => {
  const seen: string[] = []
  const reply = await answerOf(
    (request, claims) => {
      seen.push(`${request.url} ${claims.sid}`)
    },
    async (_request, claims) => {
      await later()
      seen.push(`then ${claims.sub}`)
    },
    () => {
      seen.push('last')
    },
  )
  t.equal(reply.statusCode, 200)
  t.same(seen, ['/employees s1', 'then u1', 'last'])
})

const refusals: { title: string; check: AccessCheck }[] = [
  {
    title: 'a check that throws',
    check: () => {
      throw new AccessError('token_revoked')
    },
  },
  {
    title: 'a check that rejects',
    check: async () => {
      await later()
      throw new AccessError('token_revoked')
    },
  },
]

for (const { title, check } of refusals) {
  t.test(`the refusal of ${title} is sent, with a challenge`, async (t) => {
    const reply = await answerOf(check, () => {
      t.fail('no further check runs')
    })
    t.equal(reply.statusCode, 401)
    t.equal(reply.json().code, 'token_revoked')
    t.equal(
      reply.headers['www-authenticate'],
      'Bearer realm="employees", error="invalid_token", error_description="The access token has been revoked."',
    )
  })
}

t.test("an error of the service's own gets a challenge too, and its message can't break the header", async (t) => {
  const reply = await answerOf(() => {
    throw new Frozen()
  })
  t.equal(reply.statusCode, 401)
  t.equal(reply.json().code, 'account_gone')
  t.match(reply.headers['www-authenticate'], `error_description="The account is 'gone'."`)
})

t.test("a refusal's own challenge is kept", async (t) => {
  const reply = await answerOf(() => {
    throw new AccessError('token_revoked', { headers: { 'www-authenticate': 'Bearer realm="mine"' } })
  })
  t.equal(reply.headers['www-authenticate'], 'Bearer realm="mine"')
})

t.test('a refusal says when to retry, in a bare Fastify app too', async (t) => {
  const check = (): never => {
    throw new AccessError('unavailable', { retryAfterSeconds: 7 })
  }
  t.equal((await answerOf(check)).headers['retry-after'], '7')

  const bare = fastify()
  t.teardown(() => bare.close())
  await bare.register(resourceServer, {
    keys: ringText,
    issuer,
    audience,
    now: () => nowSeconds * 1000,
    checks: [check],
  })
  bare.get('/employees', { onRequest: bare.authenticate }, async () => 'never')
  const reply = await bare.inject({ url: '/employees', headers })
  t.equal(reply.statusCode, 503)
  t.equal(reply.headers['retry-after'], '7')
})

const failures: { title: string; check: AccessCheck }[] = [
  {
    title: 'throws an error',
    check: () => {
      throw new Error('secret detail')
    },
  },
  {
    title: 'throws something else than an error',
    check: () => {
      throw 'secret detail'
    },
  },
  { title: 'rejects', check: () => Promise.reject(new Error('secret detail')) },
  { title: 'rejects with nothing', check: () => Promise.reject() },
  {
    title: 'rejects with a driver error',
    check: () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
  },
  {
    title: 'rejects with a status 500',
    check: () => Promise.reject(Object.assign(new Error('x'), { code: 'oops', statusCode: 500 })),
  },
  { title: 'never answers', check: () => new Promise(() => {}) },
]

for (const { title, check } of failures) {
  t.test(`when a check ${title} the answer is 503, no verdict on the token`, async (t) => {
    const reply = await answerOf(check)
    t.equal(reply.statusCode, 503)
    t.equal(reply.json().code, 'unavailable')
    t.equal(reply.headers['retry-after'], '1')
    t.equal(reply.headers['www-authenticate'], undefined)
    t.notMatch(reply.body, 'secret detail')
  })
}

t.test('a check may replace the claims by more current ones', async (t) => {
  const reply = await answerOf((request, claims) => {
    request.accessToken = { ...claims, scope: 'profile' }
  })
  t.equal(reply.json().code, 'insufficient_scope')
})

t.test('a check runs only for tokens that are good', async (t) => {
  let runs = 0
  const app = await buildTestServer({
    checks: [
      () => {
        runs++
      },
    ],
  })
  t.teardown(() => app.close())
  await app.inject({ url: '/employees', headers: bearer(tokenWith({ aud: 'other' })) })
  await app.inject('/employees')
  t.equal(runs, 0)
})

t.test("a key ring that can't be read is 503, too", async (t) => {
  const app = await buildTestServer({
    keys: () => {
      throw new Error('no ring')
    },
  })
  t.teardown(() => app.close())
  const reply = await app.inject({ url: '/employees', headers })
  t.equal(reply.statusCode, 503)
  t.equal(reply.json().code, 'unavailable')
})
