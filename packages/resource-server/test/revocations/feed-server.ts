import { randomBytes } from 'node:crypto'
import type { AppInstance, ServerOptions } from '@latchkey/service-kit'
import { connectRedis, eventually, type RedisClient, redisUrlFor } from '@latchkey/test-kit'
import type { ResourceServerOptions, RevocationOptions } from '../../src/index.ts'
import { nowSeconds, tokenWith } from '../hostile/forge-token.ts'
import { bearer, buildTestServer } from '../test-server.ts'

type TestScope = { teardown(handler: () => unknown): unknown }

/** Long after the last token of these tests has expired. */
export const EXP = nowSeconds + 3600

/** A prefix that no other test uses. */
export const freshPrefix = (): string => `latchkey:test-${randomBytes(6).toString('hex')}:`

export type Feed = { redisUrl: string; prefix: string }
type Options = Feed & Omit<RevocationOptions, 'redisUrl'>

/** A service with production options that follows the feed as a user with the rights of a verifier unless the address names one; `ready` is not awaited. */
export async function followingServer(
  t: TestScope,
  revocations: Options,
  options: Partial<ResourceServerOptions> = {},
  server: Partial<ServerOptions> = {},
): Promise<AppInstance> {
  const { redisUrl: url } = revocations
  const redisUrl = url.includes('//:') ? redisUrlFor('verifier', url) : url
  const app = await buildTestServer({ revocations: { ...revocations, redisUrl }, ...options }, server)
  t.teardown(() => app.close())
  return app
}

/** The same once it has read the feed. */
export async function readyServer(...args: Parameters<typeof followingServer>): Promise<AppInstance> {
  const app = await followingServer(...args)
  await app.revocations.ready
  return app
}

/** Runs `use` on a Redis connection that is closed afterwards. */
export async function withRedis<Result>(url: string, use: (redis: RedisClient) => Promise<Result>): Promise<Result> {
  const redis = connectRedis(url)
  redis.on('error', () => {})
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}

export type Entry = Record<string, string | number>

/** Appends entries as the issuer does, and others that it never would. */
export function publish({ redisUrl, prefix }: Feed, ...entries: Entry[]): Promise<void> {
  return withRedis(redisUrl, async (redis) => {
    await Promise.all(entries.map((entry) => redis.xadd(`${prefix}revocations`, '*', ...Object.entries(entry).flat())))
  })
}

export const session = (id: string, exp = EXP): Entry => ({ kind: 'session', id, exp })

/** The answer to a token with these claims. */
export async function answerTo(app: AppInstance, claims: object = {}) {
  return app.inject({ url: '/employees', headers: bearer(tokenWith(claims)) })
}

/** The error's code, or `ok`. */
export async function resultOf(app: AppInstance, claims: object = {}): Promise<string> {
  const reply = await answerTo(app, claims)
  return reply.statusCode === 200 ? 'ok' : reply.json().code
}

export const untilRefused = (app: AppInstance, claims: object): Promise<true> =>
  eventually(async () => (await resultOf(app, claims)) === 'token_revoked', 'the token is refused')

export const untilState = (app: AppInstance, state: 'starting' | 'following' | 'cut_off'): Promise<true> =>
  eventually(() => app.revocations.status().state === state, `the feed is ${state}`)
