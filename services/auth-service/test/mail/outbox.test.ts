import { sql } from 'kysely'
import t from 'tap'
import { mailModule } from '../support/mail-module.ts'

// Nobody works at the queue: what is enqueued stays.
const { db, environment, outbox, enqueue } = await mailModule(t, { smtpUrl: 'smtp://127.0.0.1:1' })

const count = async (table: 'mails' | 'mail_quotas'): Promise<number> => {
  const { rows } = await sql<{ count: string }>`select count(*) from ${sql.table(table)}`.execute(db)
  return Number(rows[0]?.count)
}
const jobs = async (): Promise<number> => {
  const { rows } = await sql<{ count: string }>`
    select count(*) from ${sql.table(`${environment.schema}_jobs.job`)} where name = 'mail'`.execute(db)
  return Number(rows[0]?.count)
}

t.test('a mailbox gets three mails of a kind within the hour, however it is written', async (t) => {
  const addresses = ['ada@example.test', 'ADA@example.test', 'Ada@Example.test', 'ada@EXAMPLE.test']
  const taken: boolean[] = []
  for (const address of addresses) taken.push(await enqueue({ kind: 'password_reset', address }))
  t.same(taken, [true, true, true, false])
  t.equal(await enqueue({ kind: 'new_device', address: 'ada@example.test' }), true, 'another kind')
  t.equal(await enqueue({ kind: 'password_reset', address: 'bob@example.test' }), true, 'another mailbox')
})

t.test('of fifty requests for one mailbox at once three are taken', async (t) => {
  const results = await Promise.all(
    Array.from({ length: 50 }, () => enqueue({ kind: 'password_reset', address: 'fifty@example.test' })),
  )
  t.equal(results.filter(Boolean).length, 3)
})

const age = (minutes: number) =>
  sql`
  update mail_quotas set asked_at = array(select at - ${minutes} * interval '1 minute' from unnest(asked_at) at)`.execute(
    db,
  )

t.test('strangers who ask for every reset link leave a mailbox without one that works at no time', async (t) => {
  const ask = () => enqueue({ kind: 'password_reset', address: 'besieged@example.test' })
  t.same([await ask(), await ask(), await ask(), await ask()], [true, true, true, false])
  await age(29)
  t.equal(await ask(), false, 'the last link still works')
  await age(1)
  t.same([await ask(), await ask()], [true, false], 'it works no longer')
  await age(30)
  t.same([await ask(), await ask(), await ask()], [true, true, false], 'the hour of the first three is over')
})

t.test('mails whose links work for longer than an hour are three in it', async (t) => {
  const ask = () => enqueue({ kind: 'verification', address: 'besieged@example.test' })
  t.same([await ask(), await ask(), await ask()], [true, true, true])
  await age(59)
  t.equal(await ask(), false)
})

t.test('the hour moves on: what was asked for before it counts no more', async (t) => {
  const ask = () => enqueue({ kind: 'password_reset', address: 'hour@example.test' })
  t.same([await ask(), await ask()], [true, true])
  await age(40)
  t.same([await ask(), await ask()], [true, false])
  await age(21)
  t.same([await ask(), await ask(), await ask()], [true, true, false])
})

t.test('a transaction that is rolled back leaves no mail and no job, and counts for nothing', async (t) => {
  const before = [await count('mails'), await jobs()]
  for (let tries = 0; tries < 4; tries++) {
    const undone = db.transaction().execute(async (trx) => {
      t.equal(await outbox.enqueue(trx, { kind: 'password_reset', address: 'undone@example.test' }), true)
      throw new Error('undone')
    })
    await t.rejects(undone, { message: 'undone' })
  }
  t.same([await count('mails'), await jobs()], before)
})

t.test(
  'ten thousand requests for one mailbox leave three mails, three jobs and one row that counts them',
  async (t) => {
    const before = { mails: await count('mails'), quotas: await count('mail_quotas'), jobs: await jobs() }
    for (let round = 0; round < 100; round++) {
      await Promise.all(
        Array.from({ length: 100 }, () => enqueue({ kind: 'password_reset', address: 'flood@example.test' })),
      )
    }
    t.same(
      { mails: await count('mails'), quotas: await count('mail_quotas'), jobs: await jobs() },
      { mails: before.mails + 3, quotas: before.quotas + 1, jobs: before.jobs + 3 },
    )
  },
)
