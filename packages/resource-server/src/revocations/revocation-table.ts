import type { AccessTokenClaims } from '@latchkey/access-token'
import { createPrefilteredMap, type PrefilteredMap } from './prefiltered-map.ts'
import type { Revocation } from './revocation.ts'

/** What is known to be revoked. A look-up is synchronous and allocates nothing: it runs on each request. */
export type RevocationTable = {
  /** Takes a revocation in; one that is known already changes nothing. */
  add(revocation: Revocation): void
  refusesToken(claims: Pick<AccessTokenClaims, 'sub' | 'sid' | 'ver' | 'client_id' | 'jti'>): boolean
  refusesKey(kid: string): boolean
  /**
   * Forgets what can refuse nothing any more, a part of the table at each call: to be called a few times a second.
   *
   * @returns false when the clock was set back, so that something was forgotten too early
   */
  sweep(): boolean
  readonly size: number
}

/** @param now the time in milliseconds since 1970, the same by which tokens expire */
export function createRevocationTable(now: () => number): RevocationTable {
  // By identifier, each with its `exp`: nothing but a number, so that 100,000 of them stay small.
  const sessions = createPrefilteredMap<number>()
  const clients = createPrefilteredMap<number>()
  const tokens = createPrefilteredMap<number>()
  const keys = createPrefilteredMap<number>()
  const users = createPrefilteredMap<{ readonly ver: number; readonly exp: number }>()
  const byKind = { session: sessions, client: clients, token: tokens, key: keys }

  const sweeps = [
    createSweep(sessions, (exp) => exp),
    createSweep(clients, (exp) => exp),
    createSweep(tokens, (exp) => exp),
    createSweep(keys, (exp) => exp),
    createSweep(users, ({ exp }) => exp),
  ]
  let sweptAt = 0

  const seconds = (): number => now() / 1000
  // Only a hit asks the clock: it is rare, and an entry that is past its time must not outlive its sweep.
  const isAlive = (exp: number | undefined): boolean => exp !== undefined && exp > seconds()

  function addUser(id: string, ver: number, exp: number): void {
    const known = users.get(id)
    if (known !== undefined && known.ver >= ver && known.exp >= exp) return
    users.set(id, { ver: Math.max(ver, known?.ver ?? 0), exp: Math.max(exp, known?.exp ?? 0) })
  }

  return {
    add(revocation) {
      const { kind, id, exp } = revocation
      if (exp <= seconds()) return
      if (kind === 'user') return addUser(id, revocation.ver, exp)
      const known = byKind[kind]
      if (exp > (known.get(id) ?? 0)) known.set(id, exp)
    },

    refusesToken({ sub, sid, ver, jti, client_id: clientId }) {
      // A user's token is never revoked alone, only with its session.
      if (sid === undefined)
        return isAlive(clients.get(clientId)) || isAlive(clients.get(sub)) || isAlive(tokens.get(jti))
      if (isAlive(sessions.get(sid))) return true
      const user = users.get(sub)
      return user !== undefined && ver !== undefined && ver < user.ver && isAlive(user.exp)
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
      return sessions.size + clients.size + tokens.size + keys.size + users.size
    },
  }
}

/** Calls that it takes to go round a large table; a small one is done in one. */
const CALLS_PER_ROUND = 40
const SMALL = 1000

/** Walks round and round through a map, some steps at each call, and drops the entries whose time is over. */
function createSweep<Value>(map: PrefilteredMap<Value>, expOf: (value: Value) => number): (time: number) => void {
  let walk: MapIterator<[string, Value]> | undefined
  return (time) => {
    walk ??= map.entries()
    for (let steps = Math.max(SMALL, map.size / CALLS_PER_ROUND); steps > 0; steps--) {
      const { done, value } = walk.next()
      if (done) {
        // Not begun anew before the next call: a walk keeps alive what the map has outgrown.
        walk = undefined
        return
      }
      const [id, entry] = value
      if (expOf(entry) <= time) map.delete(id)
    }
  }
}
