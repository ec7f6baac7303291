import type { Random } from '../random.ts'
import type { Account, Api, Delivery } from './api.ts'
import type { Graveyard } from './graveyard.ts'
import { pause } from './pause.ts'
import type { VerifierApi } from './verifier-api.ts'
import { createWallet, type Wallet } from './wallet.ts'

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
  readonly graveyard: Graveyard
  /** Lets sign-ins through, few at a time. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export type HonestClient = {
  readonly account: Account
  readonly deviceId: string
  /** What it holds while it is signed in. */
  readonly wallet: Wallet | undefined
  /** When it last heard whether its session goes on. */
  readonly heardAt: number
  /** What its user wants next. */
  order(order: Order): void
  live(stop: AbortSignal): Promise<void>
}

export type Order = 'sign out' | 'sign in again'

/** Share of answers to refreshes that get lost on the way to the client. */
const LOST_SHARE = 0.05

/** Signed in on one device: one request at a time, the same token again after a lost answer or a 503, a sign-in after a verdict. */
export function createHonestClient(options: HonestClientOptions): HonestClient {
  const { api, verifiers, account, deviceId, delivery, random, pace, graceMs, graveyard, inTurn } = options
  const lateMs = graceMs * (33 / 32) + 500
  let wallet: Wallet | undefined
  let ordered: Order | undefined
  let heardAt = -1

  async function signIn(stop: AbortSignal): Promise<void> {
    const { operation, held } = await inTurn(() => api.signIn('client', account, deviceId, delivery))
    if (held) wallet = createWallet(held, lateMs)
    if (operation.status === 200 || operation.status === 403) heardAt = operation.end
    if (!held) await pause(random.between(...pace.retryMs), stop)
  }

  /** Presents what is held until an answer to it arrives. */
  async function refresh(current: Wallet, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const isLost = random.chance(LOST_SHARE)
      const { operation, held } = await api.refresh('client', current.held, isLost)
      const { status, end } = operation
      if (status === 200 || status === 401) heardAt = end
      if (held && isLost) {
        current.miss(held)
        // Some come back at once, some when the grace is over.
        await pause(random.chance(0.5) ? random.between(20, 200) : graceMs + random.between(200, 600), stop)
      } else if (held) return current.take(held, end)
      else if (status === 401) return leave(current, stop)
      else await pause(random.between(...pace.retryMs), stop)
    }
  }

  async function leave(current: Wallet, stop: AbortSignal): Promise<void> {
    graveyard.bury(current.held)
    wallet = undefined
    await pause(random.between(...pace.thinkMs), stop)
  }

  async function signOut(current: Wallet, stop: AbortSignal): Promise<void> {
    ordered = undefined
    while ((await api.signOut('client', current.held)).status !== 204) {
      if (stop.aborted) return
      await pause(random.between(...pace.retryMs), stop)
    }
    await leave(current, stop)
  }

  async function signInAgain(current: Wallet, stop: AbortSignal): Promise<void> {
    ordered = undefined
    await signIn(stop)
    if (wallet !== current) graveyard.bury(current.held)
  }

  async function useAccessToken({ held }: Wallet): Promise<void> {
    if (verifiers.length > 0 && random.chance(0.5)) await random.pick(verifiers).employees('client', held)
    else await api.whoAmI('client', held)
  }

  return {
    account,
    deviceId,
    get wallet() {
      return wallet
    },
    get heardAt() {
      return heardAt
    },
    order(order) {
      ordered = order
    },
    async live(stop) {
      while (!stop.aborted) {
        if (!wallet) {
          await signIn(stop)
          continue
        }
        await pause(random.between(...pace.thinkMs), stop)
        if (stop.aborted) return
        if (ordered === 'sign out') await signOut(wallet, stop)
        else if (ordered === 'sign in again') await signInAgain(wallet, stop)
        else if (random.chance(0.2)) await useAccessToken(wallet)
        else await refresh(wallet, stop)
      }
    },
  }
}
