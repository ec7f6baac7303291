import type { AccessTokenClaims } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import { findAuthority, lockClient } from './client-repository.ts'
import type { ClientCache } from './redis-client-cache.ts'

/** What service clients may do today: from Redis, else from Postgres. */
export type ClientAuthorities = {
  /** Scopes that a token of a client has today; undefined when the client or the token is gone, or the client lost a scope since. */
  liveScopes(claims: AccessTokenClaims): Promise<string[] | undefined>
  /** Has Redis follow what is committed. Of several calls at once each sets what it finds while it holds the client's row. */
  refresh(clientId: string): Promise<void>
}

type Dependencies = { readonly db: AuthDatabase; readonly cache: ClientCache }

export function createClientAuthorities({ db, cache }: Dependencies): ClientAuthorities {
  return {
    async liveScopes({ sub: clientId, jti, ver = 0 }) {
      const [cached, isRevoked] = await Promise.all([cache.read(clientId), cache.isRevoked(jti)])
      if (isRevoked || cached === null) return undefined
      // A token may be newer than what Redis knows.
      if (cached && ver <= cached.version) return ver === cached.version ? cached.scopes : undefined
      const found = await findAuthority(db, clientId)
      await cache.setIfAbsent(clientId, found ?? null)
      return found?.version === ver ? found.scopes : undefined
    },

    refresh: (clientId) =>
      db.transaction().execute(async (trx) => cache.set(clientId, (await lockClient(trx, clientId)) ?? null)),
  }
}
