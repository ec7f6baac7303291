import { eventually, privatePostgres, runSql, startPgbouncer } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { createDatabase, type Database, openChangeFeed } from '../src/index.ts'

/** A server whose sessions of now take no writes any more, while later ones do: as two servers behind one address. */
async function failedOver(superuserUrl: string, role: string): Promise<void> {
  await runSql(
    superuserUrl,
    `alter role ${role} set default_transaction_read_only = off`,
    'alter system set default_transaction_read_only = on',
    'select pg_reload_conf()',
  )
}

const backendOf = async ({ pool }: Pick<Database<unknown>, 'pool'>): Promise<unknown> =>
  (await pool.query('select pg_backend_pid() as pid')).rows[0].pid

t.test('connections that only read, and one that listens, leave a server that takes no writes any more', async (t) => {
  const postgres = await privatePostgres(t)
  const reading = createDatabase<unknown>({ url: postgres.url, poolSize: 1 })
  t.teardown(reading.close)
  const changes = openChangeFeed<unknown>({ url: postgres.url, channel: 'changes', applicationName: 'feed' })
  t.teardown(changes.close)
  let heard = 0
  changes.subscribe(() => heard++)
  const poll = () => sql`select pg_backend_pid() as pid`.execute(changes.db)
  const [before, listening] = [await backendOf(reading), (await poll()).rows]

  await failedOver(postgres.superuserUrl(), new URL(postgres.url).username)
  await eventually(async () => (await backendOf(reading)) !== before, 'a new connection for reads')
  await eventually(async () => JSON.stringify((await poll()).rows) !== JSON.stringify(listening), 'one that listens')
  t.equal(await reading.ping(), 'ok')
  await eventually(async () => {
    await reading.pool.query("select pg_notify('changes_' || md5(current_schema()), '')")
    return heard > 0
  })
})

t.test('PgBouncer does not lend a connection again that refuses writes', async (t) => {
  const postgres = await privatePostgres(t)
  const pooler = await startPgbouncer(t, {
    mode: 'transaction',
    url: postgres.url,
    settings: { default_pool_size: '5' },
  })
  if ('missing' in pooler) return t.plan(0, pooler.missing)
  const { db, pool, close } = createDatabase<unknown>({ url: pooler.url, isPooled: true, poolSize: 8 })
  t.teardown(close)
  await sql`create table written (at int)`.execute(db)
  const write = () =>
    db
      .transaction()
      .execute((trx) => sql`insert into written values (1)`.execute(trx))
      .then(
        () => true,
        () => false,
      )
  await Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.05)`.execute(db)))
  t.same(await Promise.all(Array.from({ length: 8 }, write)), Array(8).fill(true))

  await failedOver(postgres.superuserUrl(), new URL(postgres.url).username)
  await eventually(async () => !(await write()), 'a write that is refused')
  await eventually(
    async () => (await Promise.all(Array.from({ length: 8 }, write))).every(Boolean),
    'eight that are not',
  )
  await t.rejects(pool.query('insert into written values ($1)', ['not a number']), { code: '22P02' })
  t.same((await pool.query('select distinct at from written')).rows, [{ at: 1 }])
})
