import { type Random, sleep } from '@latchkey/harness'
import type { Operation } from '../document/operation.ts'
import { type Answer, type Call, encodeText, type Intent } from './call.ts'

/** Sends a request, has its answer judged, and counts it. Undefined without an answer. */
export type Exchange = (call: Call, intent: Intent) => Promise<Answer | undefined>

export type Question = {
  readonly path?: Readonly<Record<string, string>>
  readonly token?: string
  readonly json?: object
  readonly form?: Readonly<Record<string, string>>
  /** Client id and secret. */
  readonly basic?: readonly [string, string]
}

/** Asks an operation plainly, as a client that is well written does: to arrange what other requests are about. */
export type Ask = (operationKey: string, question?: Question) => Promise<Answer>

export const newAddress = (random: Random): string =>
  random.chance(0.1)
    ? `2001:db8:${random.integer(0, 0xffff).toString(16)}::${random.integer(1, 0xffff).toString(16)}`
    : `10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`

export const basicHeader = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** A busy service says that it is: whoever arranges something waits. */
const MOST_TRIES = 30

type Dependencies = {
  readonly operations: ReadonlyMap<string, Operation>
  readonly random: Random
  readonly exchange: Exchange
}

export function createAsk({ operations, random, exchange }: Dependencies): Ask {
  return async (operationKey, { path = {}, token, json, form, basic } = {}) => {
    const operation = operations.get(operationKey)
    if (operation === undefined) throw new Error(`no document has ${operationKey}`)
    const [body, mediaType] = form
      ? [Buffer.from(new URLSearchParams(form).toString()), 'application/x-www-form-urlencoded']
      : [json && Buffer.from(JSON.stringify(json)), json && 'application/json']
    const call: Call = {
      service: operation.service,
      method: operation.method,
      target: operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeText(path[name] ?? '')),
      headers: [
        ['x-requested-with', 'fuzz'],
        ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
        ...(basic === undefined ? [] : [['authorization', basicHeader(...basic)] as const]),
        ...(mediaType === undefined ? [] : [['content-type', mediaType] as const]),
      ],
      body,
    }
    const intent: Intent = {
      operation,
      caller: 'the arranger',
      credential: token === undefined ? 'none' : 'live',
      by: token === undefined ? 'nothing' : 'header',
      isValid: true,
      mayPass: undefined,
      sent: [],
      hasMutatedToken: false,
      notes: [],
    }
    for (let tries = 0; ; tries++) {
      // From another address each time: limits by address hold here, too.
      const headers = [['x-forwarded-for', newAddress(random)] as const, ...call.headers]
      const answer = await exchange({ ...call, headers }, intent)
      if (answer !== undefined && answer.status !== 503) return answer
      if (tries === MOST_TRIES) throw new Error(`${operationKey} is not answered`)
      await sleep(1000)
    }
  }
}
