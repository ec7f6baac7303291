import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { clock } from '../../clock.ts'
import { register } from '../../driver/accounts.ts'
import { type Account, type Api, createApi, type HeldToken } from '../../driver/api.ts'
import { createGraveyard, type Graveyard } from '../../driver/graveyard.ts'
import type { Recorder } from '../../driver/recorder.ts'
import type { VerifierApi } from '../../driver/verifier-api.ts'
import type { Operation } from '../../history/history-record.ts'
import type { Random } from '../../random.ts'
import type { Scope } from '../../scope.ts'
import { type LosingRelay, losingRelay } from '../../world/losing-relay.ts'
import { untilReady, type World } from '../../world/world.ts'

export type Side = 'redis' | 'postgres'

/** One replica of auth-service with nobody else on it, so that replies can be counted. */
export type Lane = {
  readonly api: Api
  readonly random: Random
  readonly admin: HeldToken
  readonly verifier: VerifierApi
  readonly relays: Readonly<Record<Side, LosingRelay>>
  /** Sessions that must be over. */
  readonly graveyard: Graveyard
  /** Sessions that must go on, whatever happened to others of the same user. */
  readonly survivors: HeldToken[]
  newAccount(): Promise<Account>
  /** Signs in on a new device. */
  signIn(account: Account): Promise<HeldToken>
}

export type LaneOptions = {
  readonly name: string
  readonly scope: Scope
  readonly world: World
  readonly recorder: Recorder
  readonly verifier: VerifierApi
  readonly random: Random
  readonly redisUrl: string
  readonly databaseUrl: string
}

export async function openLane(options: LaneOptions): Promise<Lane> {
  const { name, scope, world, recorder, verifier, random, redisUrl, databaseUrl } = options
  const relays = { redis: await losingRelay(scope, redisUrl), postgres: await losingRelay(scope, databaseUrl) }
  const environment = { REDIS_URL: relays.redis.url, DATABASE_URL: relays.postgres.url }
  const server = await world.start(scope, { service: 'auth-service', name, environment })
  await untilReady(server)
  const api = createApi({ recorder, servers: [server], random })

  async function signIn(account: Account): Promise<HeldToken> {
    const { held, operation } = await api.signIn('client', account, newDevice(), 'body')
    if (!held) throw new Error(`with nothing in its way a sign-in was answered ${operation.status} ${operation.code}`)
    return held
  }
  return {
    api,
    random,
    verifier,
    relays,
    signIn,
    admin: await signIn({ id: 'admin', ...world.administrator }),
    graveyard: createGraveyard(),
    survivors: [],
    newAccount: () => register(server.url),
  }
}

export const newDevice = (): string => randomBytes(16).toString('base64url')

/** Repeats a call until it is answered, as soon as it can be, and tells how long that took. */
export async function repeat(attempt: () => Promise<Operation>): Promise<{ operation: Operation; ms: number }> {
  const start = clock()
  for (;;) {
    const operation = await attempt()
    if (operation.status !== 503 || operation.end - start > 10_000) return { operation, ms: operation.end - start }
    await delay(10)
  }
}
