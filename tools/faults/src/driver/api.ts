import type { Actor, Operation } from '../history/history-record.ts'
import type { Random } from '../random.ts'
import type { Question } from './http.ts'
import type { Called, Intent, Recorder } from './recorder.ts'
import { type Grant, readGrant } from './tokens.ts'

export type Account = { readonly id: string; readonly email: string; readonly password: string }
export type Delivery = 'body' | 'hybrid'

/** One generation of a session, in somebody's hands. */
export type HeldToken = Grant & { readonly account: Account; readonly deviceId: string; readonly delivery: Delivery }

export type Target = { readonly name: string; readonly url: string }
export type Granted = { readonly operation: Operation; readonly held?: HeldToken }

type Options = {
  readonly recorder: Recorder
  /** Replicas of auth-service; each call goes to one of them by chance. */
  readonly servers: readonly Target[]
  readonly random: Random
}

/** The calls of auth-service, each with what it means written down. None rejects: the operation says how it went. */
export type Api = ReturnType<typeof createApi>

export function createApi({ recorder, servers, random }: Options) {
  const call = (intent: Omit<Intent, 'server'>, question: Question): Promise<Called> => {
    const { name, url } = random.pick(servers)
    return recorder.call({ ...intent, server: name }, { ...question, url: `${url}${question.url}` })
  }
  const granted = ({ operation, answer }: Called, of: Omit<HeldToken, keyof Grant>): Granted => {
    const grant = readGrant(answer)
    return { operation, ...(grant && { held: { ...grant, ...of } }) }
  }
  const bearer = ({ accessToken }: HeldToken) => ({ authorization: `Bearer ${accessToken}` })
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
      return granted(await call(intent, { method: 'POST', url: '/auth/login', body }), { account, deviceId, delivery })
    },

    async refresh(actor: Actor, held: HeldToken, unheard = false): Promise<Granted> {
      const intent = {
        ...by(actor, held),
        call: 'refresh',
        sent: held.generation,
        ...(unheard && { unheard }),
      } as const
      const { account, deviceId, delivery } = held
      return granted(await call(intent, { method: 'POST', url: '/auth/refresh', ...presenting(held) }), {
        account,
        deviceId,
        delivery,
      })
    },

    async signOut(actor: Actor, held: HeldToken): Promise<Operation> {
      const question = { method: 'POST', url: '/auth/logout', ...presenting(held) }
      return (await call({ ...by(actor, held), call: 'sign-out' }, question)).operation
    },

    async whoAmI(actor: Actor, held: HeldToken): Promise<Operation> {
      const question = { method: 'GET', url: '/auth/me', headers: bearer(held) }
      return (await call({ ...by(actor, held), call: 'who-am-i' }, question)).operation
    },

    async signOutEverywhere(actor: Actor, held: HeldToken): Promise<Operation> {
      const question = { method: 'POST', url: '/auth/logout-all', headers: bearer(held) }
      return (await call({ ...by(actor, held), call: 'sign-out-everywhere' }, question)).operation
    },

    /** Ends what is on another device of the same user. */
    async endOwnDevice(actor: Actor, held: HeldToken, deviceId: string): Promise<Operation> {
      const question = { method: 'DELETE', url: `/auth/sessions/${deviceId}`, headers: bearer(held) }
      return (await call({ ...by(actor, held), device: deviceId, call: 'end-own-device' }, question)).operation
    },

    async endDevice(admin: HeldToken, account: Account, deviceId: string): Promise<Operation> {
      const question = {
        method: 'DELETE',
        url: `/admin/users/${account.id}/sessions/${deviceId}`,
        headers: bearer(admin),
      }
      const intent = { actor: 'revoker', call: 'end-device', user: account.id, device: deviceId } as const
      return (await call(intent, question)).operation
    },

    async endAllDevices(admin: HeldToken, account: Account): Promise<Operation> {
      const question = { method: 'DELETE', url: `/admin/users/${account.id}/sessions`, headers: bearer(admin) }
      return (await call({ actor: 'revoker', call: 'end-all-devices', user: account.id }, question)).operation
    },

    async setStatus(admin: HeldToken, account: Account, status: 'active' | 'disabled'): Promise<Operation> {
      const body = { status }
      const question = { method: 'PATCH', url: `/admin/users/${account.id}`, headers: bearer(admin), body }
      const intent = { actor: 'revoker', call: status === 'active' ? 'enable' : 'disable', user: account.id } as const
      return (await call(intent, question)).operation
    },
  }
}

/** A browser sends its cookie, everything else a body. */
function presenting({ refreshToken, delivery }: HeldToken): Pick<Question, 'headers' | 'body'> {
  if (delivery === 'body') return { body: { refreshToken } }
  return { headers: { cookie: `__Secure-refresh=${refreshToken}`, 'sec-fetch-site': 'same-origin' } }
}
