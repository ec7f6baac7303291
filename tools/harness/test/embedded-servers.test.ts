import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import t, { type Test } from 'tap'
import {
  createChildProcesses,
  ensureDatabase,
  redisProgram,
  startPostgres,
  startRedis,
  temporaryDirectory,
} from '../src/index.ts'

const password = 'embedded'
const processes = createChildProcesses()

const postgresIn = (directory: string) =>
  startPostgres({
    processes,
    directory: join(directory, 'postgres'),
    runDirectory: join(directory, 'run'),
    superuserPassword: password,
    durable: false,
  })

async function redisIn(directory: string) {
  const options = { processes, directory: join(directory, 'redis'), runDirectory: join(directory, 'run'), password }
  return startRedis({ ...options, program: await redisProgram(t.comment) })
}

async function connected(t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  t.teardown(() => client.end())
  await client.connect()
  return client
}

t.test('Postgres finds its data again at the next start', async (t) => {
  const directory = temporaryDirectory(t, 'harness')
  const first = await postgresIn(directory)
  const url = await ensureDatabase(first, { name: 'one', password: 'of one' })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create table kept as select 42 as value')
  await client.end()
  await first.stop()

  const second = await postgresIn(directory)
  t.teardown(() => second.stop())
  const again = await connected(t, await ensureDatabase(second, { name: 'one', password: 'of one' }))
  t.same((await again.query('select value from kept')).rows, [{ value: 42 }])
})

t.test('a role reaches its own database and no other', async (t) => {
  const server = await postgresIn(temporaryDirectory(t, 'harness'))
  t.teardown(() => server.stop())
  const one = new URL(await ensureDatabase(server, { name: 'one', password: 'of one' }))
  await ensureDatabase(server, { name: 'other', password: 'of other' })
  const own = await connected(t, one.href)
  t.same((await own.query('select current_user as name')).rows, [{ name: 'one' }])
  one.pathname = '/other'
  await t.rejects(new pg.Client({ connectionString: one.href }).connect(), { code: '42501' })
})

t.test('a stale postmaster.pid that names a living foreign process harms neither', async (t) => {
  const directory = temporaryDirectory(t, 'harness')
  await (await postgresIn(directory)).stop()
  writeFileSync(join(directory, 'postgres/data/postmaster.pid'), `${process.pid}\n`)
  const server = await postgresIn(directory)
  t.ok(server.port)
  await server.stop()
})

t.test('a password that does not fit the data is one plain message', async (t) => {
  const directory = temporaryDirectory(t, 'harness')
  await (await postgresIn(directory)).stop()
  const place = { processes, directory: join(directory, 'postgres'), runDirectory: join(directory, 'run') }
  await t.rejects(startPostgres({ ...place, superuserPassword: 'another' }), {
    name: 'UserFacingError',
    message: /does not take the password/,
  })
})

t.test('Redis finds its data again at the next start, and never evicts', async (t) => {
  const directory = temporaryDirectory(t, 'harness')
  const first = await redisIn(directory)
  const client = new Redis(first.url)
  await client.set('kept', '42')
  t.same(await client.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction'])
  t.same(await client.config('GET', 'appendonly'), ['appendonly', 'yes'])
  t.same(await client.config('GET', 'hash-max-ziplist-value'), ['hash-max-ziplist-value', '1024'])
  await client.quit()
  await first.stop()

  const second = await redisIn(directory)
  const again = new Redis(second.url)
  t.equal(await again.get('kept'), '42')
  await again.quit()
  await second.stop()
})

t.test('Redis answers no client without the password', async (t) => {
  const server = await redisIn(temporaryDirectory(t, 'harness'))
  t.teardown(() => server.stop())
  const stranger = new Redis(server.port, '127.0.0.1', { retryStrategy: () => null, disconnectTimeout: 0 })
  t.teardown(() => stranger.disconnect())
  stranger.on('error', () => {})
  await t.rejects(stranger.get('key'), { message: /NOAUTH/ })
})

t.test('a port that was taken in the meantime is replaced by another one', async (t) => {
  const directory = temporaryDirectory(t, 'harness')
  const first = await redisIn(directory)
  t.teardown(() => first.stop())
  const other = join(directory, 'other')
  mkdirSync(other)
  const options = { processes, directory: join(other, 'redis'), runDirectory: other, password, port: first.port }
  const second = await startRedis({ ...options, program: await redisProgram(t.comment) })
  t.teardown(() => second.stop())
  t.not(second.port, first.port)
  t.match(readFileSync(join(other, 'redis/redis.conf'), 'utf8'), `port ${second.port}`)
})
