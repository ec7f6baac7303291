import type { AuthDatabase } from '../database/auth-database.ts'
import { findIssuedTokens, noteLife } from './access-token-life-repository.ts'

/** How often each replica notes with what life it issues tokens. Milliseconds. */
export const NOTE_EVERY_MS = 60_000

/** The access tokens that may be valid now. */
export type IssuedTokens = {
  /** None was issued with a longer life. Seconds. */
  readonly longestLifeSeconds: number
  /** The last of them expires by then, where clocks agree. */
  readonly expireBy: Date
}

/**
 * The lives that access tokens were issued with, by any replica and under any setting: what revokes a token has to last for as long as
 * that token, not for as long as one of today.
 */
export type AccessTokenLives = {
  /** The life that this replica issues tokens with. */
  readonly ownSeconds: number
  /** Notes that this replica issues tokens now. To be called before it does, and every {@link NOTE_EVERY_MS} from then on. */
  note(): Promise<void>
  issued(): Promise<IssuedTokens>
}

export function createAccessTokenLives(db: AuthDatabase, ownSeconds: number): AccessTokenLives {
  let latestMs = 0
  /** Not set back with the clock: tokens of before are valid for as long as they say. */
  const latest = (): number => {
    latestMs = Math.max(latestMs, Date.now())
    return latestMs
  }
  return {
    ownSeconds,
    note() {
      latest()
      return noteLife(db, ownSeconds)
    },
    async issued() {
      const { longestLife, left } = await findIssuedTokens(db)
      // What this replica has issued since its last note counts as well.
      return {
        longestLifeSeconds: Math.max(ownSeconds, longestLife),
        expireBy: new Date(latest() + 1000 * Math.max(ownSeconds, left)),
      }
    },
  }
}
