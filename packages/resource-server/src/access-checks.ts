import type { AccessTokenClaims } from '@latchkey/access-token'
import type { FastifyRequest } from 'fastify'

/**
 * A further condition on a good token: is it revoked, does its session live? It may replace `request.accessToken` by claims
 * that are more current. To refuse, throw an error with a snake_case `code` and a `statusCode` of 4xx or 503: the caller gets it,
 * with a challenge when it is 401. Any other error becomes 503.
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
