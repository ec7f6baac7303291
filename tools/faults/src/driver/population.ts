import { randomBytes } from 'node:crypto'
import pLimit from 'p-limit'
import type { Random } from '../random.ts'
import { register } from './accounts.ts'
import type { Api, HeldToken, Target } from './api.ts'
import { createGraveyard, type Graveyard } from './graveyard.ts'
import { createHonestClient, type HonestClient, type Pace } from './honest-client.ts'
import type { VerifierApi } from './verifier-api.ts'

export type PopulationOptions = {
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
  readonly graveyard: Graveyard
}

/** As many sign-ins at a time as auth-service has hashing threads, so that none has to wait for long. */
const SIGN_INS_AT_ONCE = 2

/** Makes accounts with several devices each, nobody signed in yet, and signs the administrator in. */
export async function populate(options: PopulationOptions): Promise<Population> {
  const { api, servers, verifiers, administrator, random, users, devicesEach, graceMs, pace } = options
  const inTurn = pLimit(SIGN_INS_AT_ONCE)
  const graveyard = createGraveyard()
  const { held: admin, operation } = await api.signIn('revoker', { id: 'admin', ...administrator }, newDevice(), 'body')
  if (!admin) throw new Error(`the administrator's sign-in was answered ${operation.status} ${operation.code}`)
  const accounts = await Promise.all(
    Array.from({ length: users }, () => inTurn(() => register(random.pick(servers).url))),
  )
  const clients = accounts.flatMap((account) =>
    Array.from({ length: devicesEach }, (_, index) => {
      const deviceId = newDevice()
      return createHonestClient({
        api,
        verifiers,
        account,
        deviceId,
        delivery: index % 2 === 0 ? 'body' : 'hybrid',
        random: random.fork(deviceId),
        pace,
        graceMs,
        graveyard,
        inTurn,
      })
    }),
  )
  return { clients, admin, graveyard }
}

const newDevice = (): string => randomBytes(16).toString('base64url')
