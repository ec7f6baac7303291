import type { Operation } from '../history/history-record.ts'
import type { Random } from '../random.ts'
import type { Api, HeldToken } from './api.ts'
import type { HonestClient } from './honest-client.ts'
import { pause } from './pause.ts'

export type RevokerOptions = {
  readonly api: Api
  readonly admin: HeldToken
  readonly clients: readonly HonestClient[]
  readonly random: Random
  /** Mean time between two revocations. */
  readonly everyMs: number
}

type Revocation = (victim: HonestClient, options: RevokerOptions, stop: AbortSignal) => Promise<void>

/** All that ends sessions, as often as it stands here. */
const REVOCATIONS: readonly Revocation[] = [
  ...Array<Revocation>(6).fill(async (victim) => victim.order('sign out')),
  ...Array<Revocation>(2).fill(async (victim) => victim.order('sign in again')),
  ...Array<Revocation>(4).fill(endOwnDevice),
  ...Array<Revocation>(4).fill(endDevice),
  signOutEverywhere,
  signOutEverywhere,
  endAllDevices,
  disable,
]

/** Ends sessions in every way there is; each until it is answered, however often it takes. */
export async function revoke(options: RevokerOptions, stop: AbortSignal): Promise<void> {
  const { clients, random, everyMs } = options
  const running = new Set<Promise<void>>()
  while (!stop.aborted) {
    await pause(random.between(0.5, 1.5) * everyMs, stop)
    if (stop.aborted) break
    const revocation = random.pick(REVOCATIONS)(random.pick(clients), options, stop)
    running.add(revocation.then(() => void running.delete(revocation)))
  }
  await Promise.all(running)
}

async function endOwnDevice(victim: HonestClient, { api, clients, random }: RevokerOptions, stop: AbortSignal) {
  const own = clients.filter(({ account, wallet }) => account === victim.account && wallet)
  if (own.length === 0) return
  const by = random.pick(own)
  await untilAnswered(
    random,
    stop,
    async () => by.wallet && api.endOwnDevice('revoker', by.wallet.held, victim.deviceId),
  )
}

async function endDevice(victim: HonestClient, { api, admin, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, () => api.endDevice(admin, victim.account, victim.deviceId))
}

async function signOutEverywhere(victim: HonestClient, { api, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, async () => victim.wallet && api.signOutEverywhere('revoker', victim.wallet.held))
}

async function endAllDevices({ account }: HonestClient, { api, admin, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, () => api.endAllDevices(admin, account))
}

/** And enables the account again: its owner wants to come back. */
async function disable({ account }: HonestClient, { api, admin, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, () => api.setStatus(admin, account, 'disabled'))
  await pause(random.between(200, 800), stop)
  await untilAnswered(random, stop, () => api.setStatus(admin, account, 'active'))
}

async function untilAnswered(
  random: Random,
  stop: AbortSignal,
  attempt: () => Promise<Operation | undefined>,
): Promise<void> {
  while (!stop.aborted) {
    const operation = await attempt()
    if (operation === undefined || (operation.status !== 503 && operation.status !== 0)) return
    await pause(random.between(200, 500), stop)
  }
}
