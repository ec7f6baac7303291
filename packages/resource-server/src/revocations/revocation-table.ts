import type { AccessTokenClaims } from '@latchkey/access-token'
import { createPrefilteredMap, type PrefilteredMap } from './prefiltered-map.ts'
import type { Revocation } from './revocation.ts'

type RevocableClaims = Pick<AccessTokenClaims, 'sub' | 'sid' | 'ver' | 'client_id' | 'jti' | 'roles' | 'scope' | 'pol'>

/** Tokens below a version are dead, until the last of them has expired. */
type Raised = { readonly version: number; readonly exp: number }

/** The revocations that are known. A look-up is synchronous and allocates nothing: it runs on each request. */
export type RevocationTable = {
  /** Adds a revocation; one that is known already changes nothing. */
  add(revocation: Revocation): void
  refusesToken(claims: RevocableClaims): boolean
  refusesKey(kid: string): boolean
  /**
   * Drops entries that can refuse nothing any more, in a part of the table at each call. To be called a few times a second.
   *
   * @returns false when the clock was set back, so that entries may have been dropped too early
   */
  sweep(): boolean
  readonly size: number
}

/** @param now the time in milliseconds since 1970, of the clock by which tokens expire */
export function createRevocationTable(now: () => number): RevocationTable {
  // By identifier, each with its `exp`: nothing but a number, so that 100,000 of them stay small.
  const sessions = createPrefilteredMap<number>()
  const clients = createPrefilteredMap<number>()
  const tokens = createPrefilteredMap<number>()
  const keys = createPrefilteredMap<number>()
  const users = createPrefilteredMap<Raised>()
  // Plain ones: there are few of them, and nearly always none in here.
  const roles = new Map<string, Raised>()
  const scopes = new Map<string, Raised>()
  const byKind = { session: sessions, client: clients, token: tokens, key: keys }

  const sweeps = [
    createSweep(sessions, (exp) => exp),
    createSweep(clients, (exp) => exp),
    createSweep(tokens, (exp) => exp),
    createSweep(keys, (exp) => exp),
    createSweep(users, ({ exp }) => exp),
    createSweep(roles, ({ exp }) => exp),
    createSweep(scopes, ({ exp }) => exp),
  ]
  let sweptAt = 0

  const seconds = (): number => now() / 1000
  // Only a hit asks the clock: it is rare, and an entry that is past its time must not outlive its sweep.
  const isAlive = (exp: number | undefined): boolean => exp !== undefined && exp > seconds()

  const isBelow = (raised: Raised | undefined, version = 0): boolean =>
    raised !== undefined && version < raised.version && isAlive(raised.exp)

  function namesNarrowedRole(named: readonly string[], pol: number | undefined): boolean {
    for (const role of named) if (isBelow(roles.get(role), pol)) return true
    return false
  }

  function namesDeletedScope(named: string, pol: number | undefined): boolean {
    for (const scope of named.split(' ')) if (isBelow(scopes.get(scope), pol)) return true
    return false
  }

  return {
    add(revocation) {
      const { kind, id, exp } = revocation
      if (exp <= seconds()) return
      if (kind === 'user') return raise(users, id, revocation.ver, exp)
      if (kind === 'role') return raise(roles, id, revocation.pol, exp)
      if (kind === 'scope') return raise(scopes, id, revocation.pol, exp)
      const known = byKind[kind]
      if (exp > (known.get(id) ?? 0)) known.set(id, exp)
    },

    refusesToken({ sub, sid, ver, jti, client_id: clientId, roles: named, scope, pol }) {
      if (isBelow(users.get(sub), ver)) return true
      // A user's token is never revoked alone, only with its session.
      if (sid === undefined)
        return isAlive(clients.get(clientId)) || isAlive(clients.get(sub)) || isAlive(tokens.get(jti))
      if (isAlive(sessions.get(sid))) return true
      if (roles.size > 0 && named !== undefined && namesNarrowedRole(named, pol)) return true
      return scopes.size > 0 && namesDeletedScope(scope, pol)
    },

    refusesKey: (kid) => isAlive(keys.get(kid)),

    sweep() {
      const time = seconds()
      const clockWentBack = time < sweptAt - 1
      sweptAt = time
      for (const sweep of sweeps) sweep(time)
      return !clockWentBack
    },

    get size() {
      return sessions.size + clients.size + tokens.size + keys.size + users.size + roles.size + scopes.size
    },
  }
}

/** Of several entries of one target the highest version counts, for as long as the last of them. */
function raise(map: PrefilteredMap<Raised>, id: string, version: number, exp: number): void {
  const known = map.get(id)
  if (known !== undefined && known.version >= version && known.exp >= exp) return
  map.set(id, { version: Math.max(version, known?.version ?? 0), exp: Math.max(exp, known?.exp ?? 0) })
}

/** In how many calls a large map is swept; a small one is swept in one. */
const CALLS_PER_ROUND = 40
const SMALL = 1000

/** Iterates over a map again and again, some steps at each call, and drops expired entries. */
function createSweep<Value>(map: PrefilteredMap<Value>, expOf: (value: Value) => number): (time: number) => void {
  let iterator: MapIterator<[string, Value]> | undefined
  return (time) => {
    iterator ??= map.entries()
    for (let steps = Math.max(SMALL, map.size / CALLS_PER_ROUND); steps > 0; steps--) {
      const { done, value } = iterator.next()
      if (done) {
        // The next call starts another one: an iterator keeps the storage alive that the map has outgrown.
        iterator = undefined
        return
      }
      const [id, entry] = value
      if (expOf(entry) <= time) map.delete(id)
    }
  }
}
