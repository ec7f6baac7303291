import type { AccessTokenClaims } from '@latchkey/access-token'
import type { FastifyRequest } from 'fastify'

/**
 * A further condition on a good token: is it revoked, does its session live? It may replace `request.accessToken`
 * with what it knows better. To refuse, throw an error with a snake_case `code` and a `statusCode` of 4xx or 503: the
 * caller gets it, with a challenge when it is 401. Whatever else is thrown becomes 503.
 */
export type AccessCheck = (request: FastifyRequest, claims: AccessTokenClaims) => void | Promise<void>

/** Runs the checks one after another; synchronous as long as they are, since most requests need no promise. */
export function runChecks(
  checks: readonly AccessCheck[],
  request: FastifyRequest,
  claims: AccessTokenClaims,
): void | Promise<void> {
  for (const [index, check] of checks.entries()) {
    const pending = check(request, claims)
    if (pending !== undefined) return runRest(pending, checks.slice(index + 1), request, claims)
  }
}

async function runRest(
  first: Promise<void>,
  rest: readonly AccessCheck[],
  request: FastifyRequest,
  claims: AccessTokenClaims,
): Promise<void> {
  await first
  for (const check of rest) await check(request, claims)
}

/**
 * Settles as `promise` does, or rejects after `ms` milliseconds: a check that never answers must not hold the request.
 * What the promise does afterwards is ignored.
 */
export async function withDeadline(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: deadline, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`an access check did not answer within ${ms} ms`)), ms)
  try {
    await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
