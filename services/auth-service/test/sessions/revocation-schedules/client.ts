import type { Grant } from '../../../src/sessions/grant.ts'
import type { Account } from '../../../src/users/user.ts'
import type { Arrangement } from './arrange.ts'
import type { History, Operation, Outcome, SessionTrace } from './history.ts'

// What the clients on a user's devices do with tokens: they keep every one, and check what they get.

/** The newest refresh token of the session, or one so many before it. */
export function present(operation: Operation, { refreshTokens }: SessionTrace, back: number): string {
  const generations = [...refreshTokens.keys()].sort((a, b) => b - a)
  const generation = generations[Math.min(back, generations.length - 1)] ?? 0
  operation.presented = generation
  return refreshTokens.get(generation) ?? ''
}

/** A token of the session that was never issued. */
export function forge(arrangement: Arrangement, operation: Operation, { refreshTokens }: SessionTrace): string {
  operation.presented = 0
  return arrangement.signRefreshToken({ ...arrangement.verifyRefreshToken(refreshTokens.get(1) ?? ''), gen: 0 })
}

export function keepNew(
  arrangement: Arrangement,
  { sessions, faults }: History,
  opening: Operation,
  grant: Grant,
  account: Account,
): { session: SessionTrace; outcome: Outcome } {
  const session: SessionTrace = {
    number: sessions.length + 1,
    sid: arrangement.verifyRefreshToken(grant.refreshToken).sid,
    deviceId: grant.device.id,
    opening,
    passwordVersion: account.passwordVersion,
    refreshTokens: new Map(),
    accessTokens: [],
  }
  sessions.push(session)
  return { session, outcome: keep(arrangement, faults, opening, session, grant) }
}

export function keep(
  arrangement: Arrangement,
  faults: string[],
  { id }: Operation,
  { sid, deviceId, refreshTokens, accessTokens }: SessionTrace,
  grant: Grant,
): Outcome {
  const claims = arrangement.verifyAccessToken(grant.accessToken)
  const refresh = arrangement.verifyRefreshToken(grant.refreshToken)
  if (claims.sid !== sid || refresh.sid !== sid || claims.did !== deviceId || refresh.did !== deviceId)
    faults.push(`${id} got a token of another session`)
  if ((refreshTokens.get(refresh.gen) ?? grant.refreshToken) !== grant.refreshToken)
    faults.push(`${id} got a second refresh token of generation ${refresh.gen}`)
  refreshTokens.set(refresh.gen, grant.refreshToken)
  accessTokens.push(claims)
  return { kind: 'granted', generation: refresh.gen, claims, user: grant.user }
}
