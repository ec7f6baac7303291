import { eventually } from '@latchkey/test-kit'
import { PgBoss } from 'pg-boss'
import t from 'tap'
import type { Attempt } from '../src/index.ts'
import { createQueues } from './support/queues.ts'

t.test('a job exists if the transaction that it was added in commits', async (t) => {
  const { database, open } = await createQueues(t)
  const queue = await open()
  const seen: string[] = []
  const rolledBack = database.db.transaction().execute(async (trx) => {
    await queue.add(trx, 'undone')
    throw new Error('rolled back')
  })
  await t.rejects(rolledBack, { message: 'rolled back' })
  await database.db.transaction().execute((trx) => queue.add(trx, 'done'))
  queue.work(async (key) => {
    seen.push(key)
    return 'done'
  })
  await eventually(() => seen.length > 0)
  await database.db.transaction().execute((trx) => queue.add(trx, 'last'))
  queue.wake()
  await eventually(() => seen.includes('last'))
  t.same(seen, ['done', 'last'])
})

t.test('a key that is queued stays one job', async (t) => {
  const { database, open } = await createQueues(t)
  const queue = await open()
  await database.db.transaction().execute((trx) => queue.add(trx, 'one'))
  await queue.addNow(['one', 'two', 'one'])
  const seen: string[] = []
  queue.work(async (key) => {
    seen.push(key)
    return 'done'
  })
  await eventually(() => seen.includes('two'))
  t.same(seen.sort(), ['one', 'two'])
})

t.test('an attempt is repeated until it is done, also after an error, which is logged once', async (t) => {
  const { open, warnings } = await createQueues(t)
  const queue = await open()
  const outcomes: (Attempt | Error)[] = ['retry', new Error('odd'), new Error('odd'), 'done']
  let attempts = 0
  await queue.addNow(['one'])
  queue.work(async () => {
    const outcome = outcomes[attempts++]
    if (outcome instanceof Error) throw outcome
    return outcome ?? 'done'
  })
  await eventually(() => attempts === 4)
  t.equal(warnings().length, 1)
})

t.test('an attempt may ask for a pause of its own, which ends early when the job is hastened', async (t) => {
  const { open } = await createQueues(t)
  const queue = await open()
  const tried: string[] = []
  await queue.addNow(['slow', 'quick'])
  queue.work(async (key) => {
    tried.push(key)
    if (key === 'slow') return { retryAfterSeconds: 3600 }
    return tried.filter((each) => each === 'quick').length < 3 ? { retryAfterSeconds: 0.1 } : 'done'
  })
  await eventually(() => tried.filter((key) => key === 'quick').length === 3)
  t.equal(tried.filter((key) => key === 'slow').length, 1)
  await queue.hasten(['slow', 'none'])
  await eventually(() => tried.filter((key) => key === 'slow').length === 2)
})

t.test('a job that takes long holds up no other', async (t) => {
  const { open } = await createQueues(t)
  const queue = await open({ concurrency: 3 })
  const released = Promise.withResolvers<void>()
  let done = 0
  await queue.addNow(['slow', ...Array.from({ length: 30 }, (_, n) => `quick-${n}`)])
  queue.work(async (key) => {
    if (key === 'slow') await released.promise
    else done++
    return 'done'
  })
  await eventually(() => done === 30)
  released.resolve()
})

t.test('repeated attempts that take long leave places for first ones', async (t) => {
  const { open } = await createQueues(t)
  const queue = await open({ concurrency: 5 })
  const released = Promise.withResolvers<void>()
  const tried = new Map<string, number>()
  let hanging = 0
  await queue.addNow(Array.from({ length: 20 }, (_, n) => `slow-${n}`))
  let isFirstDone = false
  queue.work(async (key) => {
    if (key === 'first') {
      isFirstDone = true
      return 'done'
    }
    const times = (tried.get(key) ?? 0) + 1
    tried.set(key, times)
    if (times === 1) return 'retry'
    hanging++
    await released.promise
    return 'done'
  })
  await eventually(() => hanging === 4)
  await queue.addNow(['first'])
  await eventually(() => isFirstDone)
  t.equal(hanging, 4)
  released.resolve()
})

t.test('the job of a worker that is gone goes to another one, and the late worker changes nothing', async (t) => {
  const { database, environment, open } = await createQueues(t)
  const options = { expireInSeconds: 1 }
  const [late, other] = [await open(options), await open(options)]
  const [taken, released] = [Promise.withResolvers<void>(), Promise.withResolvers<Attempt>()]
  await late.addNow(['one'])
  late.work(() => {
    taken.resolve()
    return released.promise
  })
  await taken.promise
  let attempts = 0
  const finished = Promise.withResolvers<Attempt>()
  other.work(() => {
    attempts++
    return finished.promise
  })
  await eventually(async () => {
    await other.freeExpired()
    return attempts > 0
  })
  released.resolve('retry')
  await late.close()
  finished.resolve('done')
  await other.close()
  const { rows } = await database.pool.query(`select state from ${environment.schema}_jobs.job where name = 'letters'`)
  t.equal(attempts, 1)
  t.same(rows, [{ state: 'completed' }])
})

t.test('a worker shows that it still works at a job', async (t) => {
  const { database, environment, open } = await createQueues(t)
  const queue = await open({ heartbeatSeconds: 10 })
  const released = Promise.withResolvers<Attempt>()
  await queue.addNow(['one'])
  queue.work(() => released.promise)
  const hasBeaten = async (): Promise<boolean> => {
    const { rows } = await database.pool.query(
      `select from ${environment.schema}_jobs.job where heartbeat_on > started_on`,
    )
    return rows.length === 1
  }
  await eventually(hasBeaten)
  released.resolve('done')
  t.pass()
})

t.test('a job that an earlier version queued is worked at', async (t) => {
  const { environment, open } = await createQueues(t)
  const queue = await open()
  const boss = new PgBoss({ connectionString: environment.databaseUrl, schema: `${environment.schema}_jobs` })
  await boss.start()
  await boss.send('letters', { offboardingId: 'old' }, { singletonKey: 'old' })
  await boss.stop({ graceful: false })
  const seen = Promise.withResolvers<string>()
  queue.work(async (key) => {
    seen.resolve(key)
    return 'done'
  })
  t.equal(await seen.promise, 'old')
})

t.test('a process that stops waits for what is under way', async (t) => {
  const { open } = await createQueues(t)
  const [stopping, other] = [await open(), await open()]
  await stopping.addNow(['one'])
  const [taken, released] = [Promise.withResolvers<void>(), Promise.withResolvers<Attempt>()]
  stopping.work(() => {
    taken.resolve()
    return released.promise
  })
  await taken.promise
  const closed = stopping.close()
  released.resolve('done')
  await closed
  const seen: string[] = []
  await other.addNow(['two'])
  other.work(async (key) => {
    seen.push(key)
    return 'done'
  })
  await eventually(() => seen.includes('two'))
  t.same(seen, ['two'])
})

t.test('a process that stops aborts what takes too long, and another one takes it over at once', async (t) => {
  const { open } = await createQueues(t)
  const [stopping, other] = [await open(), await open()]
  await stopping.addNow(['one'])
  const taken = Promise.withResolvers<void>()
  stopping.work((_key, signal) => {
    taken.resolve()
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  await taken.promise
  await stopping.close()
  const seen = Promise.withResolvers<string>()
  other.work(async (key) => {
    seen.resolve(key)
    return 'done'
  })
  t.equal(await seen.promise, 'one')
})
