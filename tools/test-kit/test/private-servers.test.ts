import { Redis } from 'ioredis'
import pg from 'pg'
import t from 'tap'
import { privatePostgres, privateRedis } from '../src/index.ts'

/** Fails at once instead of trying again, so that a test sees the server as it is. */
function redisClient(url: string, commandTimeout = 2000): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout,
    disconnectTimeout: 0,
  })
  redis.on('error', () => {})
  return redis
}

t.test('a killed private Redis comes back at the same address with its data', async (t) => {
  const server = await privateRedis(t)
  const before = redisClient(server.url)
  await before.set('key', 'kept')
  await server.kill()
  await t.rejects(before.get('key'))
  await server.start()
  const after = redisClient(server.url)
  t.equal(await after.get('key'), 'kept')
  after.disconnect()
})

t.test('a paused private Redis keeps the connection and answers after it was resumed', async (t) => {
  const server = await privateRedis(t)
  const redis = redisClient(server.url, 100)
  await redis.ping()
  server.pause()
  await t.rejects(redis.ping(), { message: 'Command timed out' })
  server.resume()
  t.equal(await redis.ping(), 'PONG')
  redis.disconnect()
})

t.test('a killed private Postgres comes back at the same address with its data', async (t) => {
  const server = await privatePostgres(t)
  const before = new pg.Client({ connectionString: server.url })
  before.on('error', () => {})
  await before.connect()
  await before.query(`create table kept as select 1 as value`)
  await server.kill()
  await t.rejects(before.query('select 1'))
  await server.start()
  const after = new pg.Client({ connectionString: server.url })
  await after.connect()
  t.same((await after.query('select value from kept')).rows, [{ value: 1 }])
  await after.end()
})

t.test('a paused private Postgres answers open connections after it was resumed', async (t) => {
  const server = await privatePostgres(t)
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  server.pause()
  const answer = client.query('select 1 as one')
  server.resume()
  t.same((await answer).rows, [{ one: 1 }])
  await client.end()
})
