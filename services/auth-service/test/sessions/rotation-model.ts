/**
 * The rotation rule as a pure function: what docs/rotation.md says, written a second time and independently of
 * the Lua script, for tests to hold the script against.
 */
export type ModelSettings = { readonly idleMs: number; readonly maxAgeMs: number; readonly graceMs: number }

export type ModelSession = {
  readonly createdAt: number
  readonly current: number
  readonly confirmed: number
  readonly issuedAt: number
  /** Until when a generation that was once confirmed counts as a late duplicate. */
  readonly lateUntil: ReadonlyMap<number, number>
  readonly over?: 'token_reused' | 'idle_expired' | 'max_age_expired' | 'password_changed'
  /** Until when the tokens of a session that was replaced by a new one count as superseded. */
  readonly supersededUntil?: number
}

export type ModelVerdict =
  | { readonly outcome: 'rotated' | 'replayed' | 'recovered'; readonly generation: number }
  | { readonly outcome: 'superseded' | 'reused' }
  | { readonly outcome: 'ended'; readonly reason: string }

export function openSession(now: number): ModelSession {
  return { createdAt: now, current: 1, confirmed: 0, issuedAt: now, lateUntil: new Map() }
}

export function expiryOf(session: ModelSession, { idleMs, maxAgeMs }: ModelSettings): number {
  return Math.min(session.issuedAt + idleMs, session.createdAt + maxAgeMs)
}

/** The session after a change of password, which gives its client a new session. */
export function endByRenewal(session: ModelSession, now: number, { graceMs }: ModelSettings): ModelSession {
  return session.over ? session : { ...session, over: 'password_changed', supersededUntil: now + graceMs }
}

export function present(
  session: ModelSession,
  token: { generation: number; expiresAt: number },
  now: number,
  settings: ModelSettings,
): [ModelVerdict, ModelSession] {
  const { graceMs, maxAgeMs } = settings
  const g = token.generation
  if (now < (session.supersededUntil ?? 0)) return [{ outcome: 'superseded' }, session]
  if (session.over) return [{ outcome: 'ended', reason: session.over }, session]

  const maxAt = session.createdAt + maxAgeMs
  const ahead = g > session.current
  const expiresAt = Math.min(
    ahead ? Math.max(expiryOf(session, settings), token.expiresAt) : expiryOf(session, settings),
    maxAt,
  )
  if (now >= expiresAt) {
    const over = maxAt <= session.issuedAt + settings.idleMs ? 'max_age_expired' : 'idle_expired'
    return [
      { outcome: 'ended', reason: over },
      { ...session, over },
    ]
  }
  if (now >= token.expiresAt) return [{ outcome: 'ended', reason: 'idle_expired' }, session]

  if (g >= session.current) {
    const lateUntil = new Map(session.lateUntil)
    const unit = Math.ceil(graceMs / 32)
    const until = Math.ceil((now + graceMs) / unit) * unit
    const from = session.confirmed
    for (let late = from; late <= (ahead ? g - 1 : from); late++) if (late > 0) lateUntil.set(late, until)
    return [
      { outcome: 'rotated', generation: g + 1 },
      { ...session, confirmed: g, current: g + 1, issuedAt: now, lateUntil },
    ]
  }
  if (g === session.confirmed) {
    if (now - session.issuedAt < graceMs) return [{ outcome: 'replayed', generation: session.current }, session]
    const current = session.current + 1
    return [
      { outcome: 'recovered', generation: current },
      { ...session, current, issuedAt: now },
    ]
  }
  if (now < (session.lateUntil.get(g) ?? 0)) return [{ outcome: 'superseded' }, session]
  return [{ outcome: 'reused' }, { ...session, over: 'token_reused' }]
}
