import type { Random } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import type { Account, Api, Delivery } from './api.ts'
import type { RevokedSet } from './revoked-set.ts'
import { createTokenStore, type TokenStore } from './token-store.ts'
import type { VerifierApi } from './verifier-api.ts'

/** Ranges are milliseconds. */
export type Pace = { readonly thinkMs: readonly [number, number]; readonly retryMs: readonly [number, number] }

export type HonestClientOptions = {
  readonly api: Api
  readonly verifiers: readonly VerifierApi[]
  readonly account: Account
  readonly deviceId: string
  readonly delivery: Delivery
  readonly random: Random
  readonly pace: Pace
  readonly graceMs: number
  readonly revoked: RevokedSet
  /** Limits how many sign-ins run at a time. */
  readonly limit: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export type HonestClient = {
  readonly account: Account
  readonly deviceId: string
  /** Its tokens while it is signed in. */
  readonly tokens: TokenStore | undefined
  /** When it last got a verdict on its session. */
  readonly verdictAt: number
  /** What its user does next. */
  order(order: Order): void
  run(stop: AbortSignal): Promise<void>
}

export type Order = 'sign out' | 'sign in again'

/** Share of responses to refreshes that are lost on the way to the client. */
const LOST_SHARE = 0.05

/**
 * Signed in on one device: one request at a time, the same token again after a lost response or a 503, a sign-in after a
 * verdict.
 */
export function createHonestClient(options: HonestClientOptions): HonestClient {
  const { api, verifiers, account, deviceId, delivery, random, pace, graceMs, revoked, limit } = options
  const lateMs = graceMs * (33 / 32) + 500
  let tokens: TokenStore | undefined
  let ordered: Order | undefined
  let verdictAt = -1

  async function signIn(stop: AbortSignal): Promise<void> {
    const { operation, held } = await limit(() => api.signIn('client', account, deviceId, delivery))
    if (held) tokens = createTokenStore(held, lateMs)
    if (operation.status === 200 || operation.status === 403) verdictAt = operation.end
    if (!held) await sleep(random.between(...pace.retryMs), stop)
  }

  /** Presents the current token until a response arrives. */
  async function refresh(current: TokenStore, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const isLost = random.chance(LOST_SHARE)
      const { operation, held } = await api.refresh('client', current.held, isLost)
      const { status, end } = operation
      if (status === 200 || status === 401) verdictAt = end
      if (held && isLost) {
        current.addLost(held)
        // Some retry at once, some after the grace.
        await sleep(random.chance(0.5) ? random.between(20, 200) : graceMs + random.between(200, 600), stop)
      } else if (held) return current.replace(held, end)
      else if (status === 401) return leave(current, stop)
      else await sleep(random.between(...pace.retryMs), stop)
    }
  }

  async function leave(current: TokenStore, stop: AbortSignal): Promise<void> {
    revoked.add(current.held)
    tokens = undefined
    await sleep(random.between(...pace.thinkMs), stop)
  }

  async function signOut(current: TokenStore, stop: AbortSignal): Promise<void> {
    ordered = undefined
    while ((await api.signOut('client', current.held)).status !== 204) {
      if (stop.aborted) return
      await sleep(random.between(...pace.retryMs), stop)
    }
    await leave(current, stop)
  }

  async function signInAgain(current: TokenStore, stop: AbortSignal): Promise<void> {
    ordered = undefined
    await signIn(stop)
    if (tokens !== current) revoked.add(current.held)
  }

  async function useAccessToken({ held }: TokenStore): Promise<void> {
    if (verifiers.length > 0 && random.chance(0.5)) await random.pick(verifiers).employees('client', held)
    else await api.whoAmI('client', held)
  }

  return {
    account,
    deviceId,
    get tokens() {
      return tokens
    },
    get verdictAt() {
      return verdictAt
    },
    order(order) {
      ordered = order
    },
    async run(stop) {
      while (!stop.aborted) {
        if (!tokens) {
          await signIn(stop)
          continue
        }
        await sleep(random.between(...pace.thinkMs), stop)
        if (stop.aborted) return
        if (ordered === 'sign out') await signOut(tokens, stop)
        else if (ordered === 'sign in again') await signInAgain(tokens, stop)
        else if (random.chance(0.2)) await useAccessToken(tokens)
        else await refresh(tokens, stop)
      }
    },
  }
}
