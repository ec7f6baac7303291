import { migrate } from '@latchkey/database'
import { privatePostgres } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { insertAuditEvents, listAuditEvents, trimAudit } from '../../src/audit/audit-repository.ts'
import { loginSucceeded } from '../../src/audit/security-events.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { openDatabase } from '../../src/database/open-database.ts'

/** One role owns the tables, another one works on them: as where a service does not migrate by itself. */
const postgres = await privatePostgres(t)
const service = new URL(await postgres.createDatabase('service'))
service.pathname = new URL(postgres.url).pathname

function open(url: string) {
  const database = openDatabase({ url, poolSize: 1, onError: () => {} })
  t.teardown(database.close)
  return database.db
}
const owner = open(postgres.url)
await migrate({ db: owner, migrations })
await sql`
  grant connect, temporary on database latchkey_test to service;
  grant usage on schema public to service;
  grant all on all tables in schema public to service`.execute(owner)
const db = open(service.href)
const old = new Date(Date.now() - 40 * 24 * 3_600_000)

t.test('a role that does not own the trail adds to it, and takes nothing away, whatever it sets', async (t) => {
  const origin = { actorId: null, ip: '192.0.2.1', requestId: 'r' }
  await insertAuditEvents(db, origin, [loginSucceeded({ userId: 'a-user', deviceId: 'a-device' })])
  for (const change of [
    sql`delete from audit_events`,
    sql`truncate audit_events`,
    sql`delete from audit_personal`,
    sql`update audit_personal set ip = null`,
  ]) {
    const attempt = db.transaction().execute(async (trx) => {
      await sql`select set_config('latchkey.audit_maintenance', 'on', true)`.execute(trx)
      await change.execute(trx)
    })
    await t.rejects(attempt, /append-only/)
  }
  t.match(await listAuditEvents(db, {}, 10, undefined), [{ type: 'login_succeeded', ip: '192.0.2.1' }])
})

t.test(
  'it trims and erases by the two functions once it may call them, and by no function of its own making',
  async (t) => {
    await sql`insert into audit_events (id, at, type, outcome) values (gen_random_uuid(), ${old}, 'user_enabled', 'success')`.execute(
      owner,
    )
    await t.rejects(trimAudit(db, new Date()), /permission denied for function audit_trim/)
    await t.rejects(sql`select audit_entry('user_enabled', null, '{}')`.execute(db), /permission denied/)
    await sql`grant execute on function audit_trim(timestamptz), audit_erase(uuid, text[]) to service`.execute(owner)

    // What the caller's search path names comes first for the caller, and not for the functions.
    await sql`create temporary table audit_events (id uuid, at timestamptz)`.execute(db)
    await trimAudit(db, new Date(Date.now() - 30 * 24 * 3_600_000))
    const { rows } =
      await sql`select type, details->'entries' as entries from public.audit_events where type <> 'login_succeeded'`.execute(
        owner,
      )
    t.same(rows, [{ type: 'audit_trimmed', entries: 1 }])
  },
)
