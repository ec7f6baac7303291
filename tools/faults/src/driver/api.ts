import { randomBytes } from 'node:crypto'
import type { HttpRequest, Random } from '@latchkey/harness'
import type { Actor, Operation } from '../history/history-record.ts'
import type { Intent, Recorded, Recorder } from './recorder.ts'
import { type Grant, readGrant } from './tokens.ts'

export type Account = { readonly id: string; readonly email: string; readonly password: string }
export type Delivery = 'body' | 'hybrid'

/** One generation of a session, held by a client or a thief. */
export type HeldToken = Grant & { readonly account: Account; readonly deviceId: string; readonly delivery: Delivery }

export type Target = { readonly name: string; readonly url: string }
export type Granted = { readonly operation: Operation; readonly held?: HeldToken }

type Options = {
  readonly recorder: Recorder
  /** Replicas of auth-service; each call goes to a random one. */
  readonly servers: readonly Target[]
  readonly random: Random
}

/** What a browser says of a page of the service's own. */
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

/** The calls of auth-service, each recorded with its meaning. None rejects: the operation says how it went. */
export type Api = ReturnType<typeof createApi>

export function createApi({ recorder, servers, random }: Options) {
  const call = (intent: Omit<Intent, 'server'>, path: string, request: HttpRequest): Promise<Recorded> => {
    const { name, url } = random.pick(servers)
    return recorder.call({ ...intent, server: name }, `${url}${path}`, request)
  }
  const granted = ({ operation, reply }: Recorded, of: Omit<HeldToken, keyof Grant>): Granted => {
    const grant = readGrant(reply)
    return { operation, ...(grant && { held: { ...grant, ...of } }) }
  }
  const by = (actor: Actor, { account, deviceId, sid }: HeldToken) => ({
    actor,
    user: account.id,
    device: deviceId,
    session: sid,
  })

  return {
    async signIn(actor: Actor, account: Account, deviceId: string, delivery: Delivery): Promise<Granted> {
      const body = { email: account.email, password: account.password, deviceId, delivery }
      const intent = { actor, call: 'sign-in', user: account.id, device: deviceId } as const
      return granted(await call(intent, '/auth/login', { body, headers: OWN_PAGE }), { account, deviceId, delivery })
    },

    /** `isLost`: the caller acts as if the response never arrived. */
    async refresh(actor: Actor, held: HeldToken, isLost = false): Promise<Granted> {
      const { account, deviceId, delivery, generation } = held
      const intent = { ...by(actor, held), call: 'refresh', sent: generation, ...(isLost && { lost: isLost }) } as const
      return granted(await call(intent, '/auth/refresh', presenting(held)), { account, deviceId, delivery })
    },

    async signOut(actor: Actor, held: HeldToken): Promise<Operation> {
      return (await call({ ...by(actor, held), call: 'sign-out' }, '/auth/logout', presenting(held))).operation
    },

    async whoAmI(actor: Actor, held: HeldToken): Promise<Operation> {
      const request = { token: held.accessToken }
      return (await call({ ...by(actor, held), call: 'who-am-i' }, '/auth/me', request)).operation
    },

    async signOutEverywhere(actor: Actor, held: HeldToken): Promise<Operation> {
      const request = { method: 'POST', token: held.accessToken }
      const intent = { ...by(actor, held), call: 'sign-out-everywhere' } as const
      return (await call(intent, '/auth/logout-all', request)).operation
    },

    /** Revokes the session on another device of the same user. */
    async revokeOwnDevice(actor: Actor, held: HeldToken, deviceId: string): Promise<Operation> {
      const request = { method: 'DELETE', token: held.accessToken }
      const intent = { ...by(actor, held), device: deviceId, call: 'revoke-own-device' } as const
      return (await call(intent, `/auth/sessions/${deviceId}`, request)).operation
    },

    async revokeDevice(admin: HeldToken, { id }: Account, deviceId: string): Promise<Operation> {
      const request = { method: 'DELETE', token: admin.accessToken }
      const intent = { actor: 'revoker', call: 'revoke-device', user: id, device: deviceId } as const
      return (await call(intent, `/admin/users/${id}/sessions/${deviceId}`, request)).operation
    },

    async revokeAllDevices(admin: HeldToken, { id }: Account): Promise<Operation> {
      const request = { method: 'DELETE', token: admin.accessToken }
      const intent = { actor: 'revoker', call: 'revoke-all-devices', user: id } as const
      return (await call(intent, `/admin/users/${id}/sessions`, request)).operation
    },

    async setStatus(admin: HeldToken, { id }: Account, status: 'active' | 'disabled'): Promise<Operation> {
      const request = { method: 'PATCH', token: admin.accessToken, body: { status } }
      const intent = { actor: 'revoker', call: status === 'active' ? 'enable' : 'disable', user: id } as const
      return (await call(intent, `/admin/users/${id}`, request)).operation
    },
  }
}

export const newDeviceId = (): string => randomBytes(16).toString('base64url')

/** The refresh token in a cookie, as a browser sends it, or in the body. */
function presenting({ refreshToken, delivery }: HeldToken): HttpRequest {
  if (delivery === 'body') return { method: 'POST', body: { refreshToken } }
  const headers = { cookie: `__Secure-refresh=${refreshToken}`, ...OWN_PAGE }
  return { method: 'POST', headers }
}
