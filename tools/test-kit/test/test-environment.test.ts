import { Redis } from 'ioredis'
import { Client } from 'pg'
import t from 'tap'
import { testEnvironment } from '../src/index.ts'

t.test('two environments never share a schema or a key prefix', async (t) => {
  const one = await testEnvironment(t)
  const other = await testEnvironment(t)
  t.not(one.schema, other.schema)
  t.not(one.redisPrefix, other.redisPrefix)
})

t.test('nothing of a test is left once it has ended', async (t) => {
  let schema = ''
  let redisPrefix = ''
  let databaseUrl = ''
  let redisUrl = ''
  await t.test('a test that writes to both servers', async (t) => {
    ;({ schema, redisPrefix, databaseUrl, redisUrl } = await testEnvironment(t))
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(`create table ${schema}.kept (id int primary key)`)
    await client.end()
    const redis = new Redis(redisUrl)
    const pairs = Array.from({ length: 2500 }, (_, i) => [`${redisPrefix}{user}:${i}`, 'x'])
    await redis.mset(pairs.flat())
    redis.disconnect()
  })

  const client = new Client({ connectionString: databaseUrl })
  t.teardown(() => client.end())
  await client.connect()
  const { rows } = await client.query('select from pg_namespace where nspname = $1', [schema])
  t.equal(rows.length, 0, 'the schema is gone')

  const redis = new Redis(redisUrl)
  t.teardown(() => redis.disconnect())
  const keys: string[] = []
  for await (const batch of redis.scanStream({ match: `${redisPrefix}*`, count: 1000 })) keys.push(...batch)
  t.same(keys, [], 'the keys are gone')
})
