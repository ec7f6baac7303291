import { sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'

/** Replicas are late by less; a longer gap means that none could note anything, and that those of before may have gone on issuing. */
const GAP_SECONDS = 180

/** Notes that tokens of that life are issued now. */
export async function noteLife(db: AuthDatabase, seconds: number): Promise<void> {
  await sql`
    with latest as (select max(issued_until) as at from access_token_lives),
    gone_on as (
      update access_token_lives set issued_until = now() from latest
      where seconds <> ${seconds}
        and latest.at < now() - make_interval(secs => ${GAP_SECONDS})
        and issued_until >= latest.at - make_interval(secs => ${GAP_SECONDS}))
    insert into access_token_lives (seconds, issued_until) values (${seconds}, now())
    on conflict (seconds) do update set issued_until = greatest(access_token_lives.issued_until, excluded.issued_until)`.execute(
    db,
  )
}

/** Of the tokens noted so far that have not expired: the longest life, and how long the last of them is valid still. Seconds; 0 for none. */
export async function findIssuedTokens(db: AuthDatabase): Promise<{ longestLife: number; left: number }> {
  const { rows } = await sql<{ longestLife: number; left: number }>`
    select coalesce(max(seconds), 0) as "longestLife",
      coalesce(max(extract(epoch from issued_until + make_interval(secs => seconds) - now())), 0)::double precision as left
    from access_token_lives where issued_until + make_interval(secs => seconds) > now()`.execute(db)
  return rows[0] ?? { longestLife: 0, left: 0 }
}
