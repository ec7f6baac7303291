import fastifyRateLimit from '@fastify/rate-limit'
import type { AppInstance } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import { problems } from '../errors.ts'
import { type FloodLimits, floodStore, giveBackFlood } from '../limits/flood-store.ts'
import { networkOf } from '../limits/network-of.ts'
import { tooManyRequests } from '../limits/too-many-requests.ts'

/** How many requests one network may send within a window. Routes of one name share it. */
type FloodLimit = {
  readonly groupId: string
  readonly max: number
  /** Milliseconds. */
  readonly timeWindow: number
  readonly errorResponseBuilder: (request: FastifyRequest, context: { readonly ttl: number }) => Error
}

function limit(groupId: string, max: number, timeWindow: number): FloodLimit {
  const rateLimit = { name: groupId, quota: max, windowSeconds: timeWindow / 1000 }
  const errorResponseBuilder = (_request: FastifyRequest, { ttl }: { readonly ttl: number }): Error =>
    tooManyRequests(ttl, rateLimit)
  return { groupId, max, timeWindow, errorResponseBuilder }
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** For the `config` of routes; docs/operations.md lists them. */
export const FLOOD_LIMITS = {
  registration: limit('registration', 10, HOUR_MS),
  /** Enough for an office behind one address. Mails to one mailbox have a limit of their own. */
  recovery: limit('recovery', 300, HOUR_MS),
  verification: limit('verification', 300, HOUR_MS),
}

/** Of what is counted once it was refused: enough for an office whose sessions all ended, or whose links are all old. */
export const REFUSAL_LIMITS = {
  tokens: limit('refusals', 600, MINUTE_MS),
  links: limit('links', 300, HOUR_MS),
}

/** Puts the limits of `config.rateLimit` in force, after the request was found well-formed. Comes before the routes. */
export async function enforceFloodLimits(app: AppInstance, limits: FloodLimits): Promise<void> {
  // Problems have the headers of today's draft; the plugin knows those of an older one.
  const none = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }
  await app.register(fastifyRateLimit, {
    global: false,
    hook: 'preHandler',
    store: floodStore(limits),
    keyGenerator: networkFrom,
    addHeaders: { ...none, 'retry-after': false },
    addHeadersOnExceeding: none,
  })
}

const networkFrom = ({ ip }: FastifyRequest): string => networkOf(ip)

/**
 * Counts a request where `config.rateLimit` would do so too early: before it was refused for free.
 * @returns takes the request back, for one that could not be decided
 * @throws `too_many_requests`
 */
export type Admit = (request: FastifyRequest) => Promise<() => Promise<void>>

export function createAdmit(app: AppInstance, flood: FloodLimit, limits: FloodLimits): Admit {
  const count = app.createRateLimit(flood)
  return async (request) => {
    const counted = await count(request)
    if (!counted.isAllowed && counted.isExceeded) throw flood.errorResponseBuilder(request, counted)
    return () => giveBackFlood(limits, flood, networkFrom(request))
  }
}

/**
 * Counts a request after it was refused: valid requests are never limited, and cost nothing here.
 * @returns the error that replaces the refusal once there were too many; undefined before, and while Redis is unavailable
 */
export type CountRefusal = (request: FastifyRequest) => Promise<Error | undefined>

export function createCountRefusal(app: AppInstance, flood: FloodLimit): CountRefusal {
  const count = app.createRateLimit(flood)
  return async (request) => {
    const counted = await count(request).catch(() => undefined)
    if (!counted || counted.isAllowed || !counted.isExceeded) return undefined
    return flood.errorResponseBuilder(request, counted)
  }
}

/** Counts links that open nothing, whichever route of this scope they are presented to. Comes before the routes. */
export function limitRefusedLinks(app: AppInstance): void {
  const countRefusal = createCountRefusal(app, REFUSAL_LIMITS.links)
  app.setErrorHandler(async (error, request) => {
    const tooMany = error instanceof problems.invalid_link ? await countRefusal(request) : undefined
    // The error handler of the whole app answers.
    throw tooMany ?? error
  })
}
