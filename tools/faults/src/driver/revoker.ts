import type { Random } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import type { Operation } from '../history/history-record.ts'
import type { Api, HeldToken } from './api.ts'
import type { HonestClient } from './honest-client.ts'

export type RevokerOptions = {
  readonly api: Api
  readonly admin: HeldToken
  readonly clients: readonly HonestClient[]
  readonly random: Random
  /** Mean time between two revocations. */
  readonly everyMs: number
}

type Revocation = (victim: HonestClient, options: RevokerOptions, stop: AbortSignal) => Promise<void>

/** Every way to revoke sessions; one that is listed twice happens twice as often. */
const REVOCATIONS: readonly Revocation[] = [
  ...Array<Revocation>(6).fill(async (victim) => victim.order('sign out')),
  ...Array<Revocation>(2).fill(async (victim) => victim.order('sign in again')),
  ...Array<Revocation>(4).fill(revokeOwnDevice),
  ...Array<Revocation>(4).fill(revokeDevice),
  signOutEverywhere,
  signOutEverywhere,
  revokeAllDevices,
  disable,
]

/** Revokes sessions in every way there is; repeats each call until it is answered. */
export async function revoke(options: RevokerOptions, stop: AbortSignal): Promise<void> {
  const { clients, random, everyMs } = options
  const running = new Set<Promise<void>>()
  while (!stop.aborted) {
    await sleep(random.between(0.5, 1.5) * everyMs, stop)
    if (stop.aborted) break
    const revocation = random.pick(REVOCATIONS)(random.pick(clients), options, stop)
    running.add(revocation.then(() => void running.delete(revocation)))
  }
  await Promise.all(running)
}

async function revokeOwnDevice(victim: HonestClient, { api, clients, random }: RevokerOptions, stop: AbortSignal) {
  const own = clients.filter(({ account, tokens }) => account === victim.account && tokens)
  if (own.length === 0) return
  const by = random.pick(own)
  await untilAnswered(
    random,
    stop,
    async () => by.tokens && api.revokeOwnDevice('revoker', by.tokens.held, victim.deviceId),
  )
}

async function revokeDevice(victim: HonestClient, { api, admin, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, () => api.revokeDevice(admin, victim.account, victim.deviceId))
}

async function signOutEverywhere(victim: HonestClient, { api, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, async () => victim.tokens && api.signOutEverywhere('revoker', victim.tokens.held))
}

async function revokeAllDevices({ account }: HonestClient, { api, admin, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, () => api.revokeAllDevices(admin, account))
}

/** Enables the account again afterwards, so that its clients can sign in. */
async function disable({ account }: HonestClient, { api, admin, random }: RevokerOptions, stop: AbortSignal) {
  await untilAnswered(random, stop, () => api.setStatus(admin, account, 'disabled'))
  await sleep(random.between(200, 800), stop)
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
    await sleep(random.between(200, 500), stop)
  }
}
