import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** See users/username-look.ts. */
const FROM = 'ɑαасᴄԁеҽꬲքẝꞙꬵƍɡցᶃһհıɩɪιіӏꙇϳјǀոռοσоօᴏᴑꬽρрԛգզгᴦꭇꭈƽѕꜱʋυսᴜꞟꭎꭒνѵᴠɯѡԝաᴡхɣʏγуүᶌỿꭚᴢ'
const TO = 'aaaccdeeeffffgggghhiiiiiiijjlnnoooooooppqqqrrrrsssuuuuuuuvvvwwwwwxyyyyyyyyz'

/**
 * What user names look like, each once. Accounts whose names look alike already keep them: the one in Latin letters, or else the oldest,
 * holds the look, the others hold none.
 */
export const usernameLooks: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('users').addColumn('username_look', 'text').execute()
    await sql`
      with looks as (select id, created_at, username_key, translate(username_key, ${FROM}, ${TO}) as look from users),
        holders as (select distinct on (look) id, look from looks order by look, username_key <> look, created_at, id)
      update users set username_look = look from holders where users.id = holders.id`.execute(db)
    await db.schema.createIndex('users_username_look').unique().on('users').column('username_look').execute()
  },

  async down(db: Kysely<unknown>) {
    await db.schema.alterTable('users').dropColumn('username_look').execute()
  },
}
