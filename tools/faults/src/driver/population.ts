import { poll, type Random } from '@latchkey/harness'
import pLimit from 'p-limit'
import { register } from './accounts.ts'
import { type Account, type Api, type Granted, type HeldToken, newDeviceId, type Target } from './api.ts'
import { createHonestClient, type HonestClient, type Pace } from './honest-client.ts'
import type { Http } from './http.ts'
import { createRevokedSet, type RevokedSet } from './revoked-set.ts'
import type { VerifierApi } from './verifier-api.ts'

export type PopulationOptions = {
  readonly http: Http
  readonly api: Api
  readonly servers: readonly Target[]
  readonly verifiers: readonly VerifierApi[]
  readonly administrator: { readonly email: string; readonly password: string }
  readonly random: Random
  readonly users: number
  readonly devicesEach: number
  readonly graceMs: number
  readonly pace: Pace
}

export type Population = {
  readonly clients: readonly HonestClient[]
  readonly admin: HeldToken
  readonly revoked: RevokedSet
}

/** The number of hashing threads of auth-service, so that no sign-in waits long. */
const SIGN_INS_AT_ONCE = 2

/** Registers accounts with several devices each, none of them signed in yet, and signs the administrator in. */
export async function populate(options: PopulationOptions): Promise<Population> {
  const { http, api, servers, verifiers, administrator, random, users, devicesEach, graceMs, pace } = options
  const limit = pLimit(SIGN_INS_AT_ONCE)
  const revoked = createRevokedSet()
  const root = { id: 'admin', ...administrator }
  const admin = await signInUntilAnswered(api, root)
  const accounts = await Promise.all(
    Array.from({ length: users }, () => limit(() => register(http, random.pick(servers).url, admin.accessToken))),
  )
  const clients = accounts.flatMap((account) =>
    Array.from({ length: devicesEach }, (_, index) => {
      const deviceId = newDeviceId()
      return createHonestClient({
        api,
        verifiers,
        account,
        deviceId,
        delivery: index % 2 === 0 ? 'body' : 'hybrid',
        random: random.fork(deviceId),
        pace,
        graceMs,
        revoked,
        limit,
      })
    }),
  )
  return { clients, admin, revoked }
}

const ANSWERED_WITHIN_MS = 60_000

/** A service that is ready may meet a store that is not for a moment. */
async function signInUntilAnswered(api: Api, account: Account): Promise<HeldToken> {
  let last: Granted | undefined
  const isAnswered = async (): Promise<boolean> => {
    last = await api.signIn('revoker', account, newDeviceId(), 'body')
    return last.operation.status !== 503
  }
  await poll(isAnswered, { timeoutMs: ANSWERED_WITHIN_MS, intervalMs: 50 })
  if (last?.held) return last.held
  throw new Error(`the administrator's sign-in was answered ${last?.operation.status} ${last?.operation.code}`)
}
