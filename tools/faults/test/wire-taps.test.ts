import { eventually, privateRedis, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import pg from 'pg'
import t, { type Test } from 'tap'
import { tapPostgres } from '../src/wire/postgres-tap.ts'
import { tapRedis } from '../src/wire/redis-tap.ts'
import { createStepWatch, usualSteps } from '../src/wire/request-watch.ts'
import { createCommandReader, endOfReply } from '../src/wire/resp.ts'

t.test('commands are read whatever chunks they arrive in', async (t) => {
  const bytes = Buffer.from('*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$4\r\nPING\r\n')
  for (const length of [1, 3, 7, bytes.length]) {
    const read = createCommandReader()
    const commands: string[][] = []
    for (let at = 0; at < bytes.length; at += length) commands.push(...read(bytes.subarray(at, at + length)))
    t.same(commands, [['GET', 'a'], ['PING']], `${length} bytes at a time`)
  }
})

t.test('the end of every kind of reply is found, and not before all of it is there', async (t) => {
  const replies = [
    '+OK\r\n',
    ':12\r\n',
    '$-1\r\n',
    '$5\r\na\r\nbc\r\n',
    '*2\r\n:1\r\n*1\r\n$1\r\nx\r\n',
    '*-1\r\n',
    '_\r\n',
  ]
  for (const reply of [...replies, '%1\r\n+a\r\n:1\r\n', '>2\r\n+a\r\n+b\r\n', '#t\r\n', '-ERR no\r\n']) {
    const bytes = Buffer.from(`${reply}+NEXT\r\n`)
    t.equal(endOfReply(bytes, 0), reply.length, JSON.stringify(reply))
    for (let cut = 0; cut < reply.length; cut++) t.equal(endOfReply(bytes.subarray(0, cut), 0), undefined)
  }
})

t.test('steps are those that two calls took', async (t) => {
  t.same(
    usualSteps([
      ['a', 'b'],
      ['a', 'x', 'b', 'c'],
      ['a', 'c'],
    ]),
    ['a', 'b', 'c'],
  )
})

async function redisBehindTap(t: Test) {
  const server = await privateRedis(t)
  const watch = createStepWatch()
  const relay = await tcpRelay(t, server.url, { intercept: () => tapRedis(watch) })
  const connect = (url: string): Redis => {
    const redis = new Redis(url, {
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    })
    redis.on('error', () => {})
    t.teardown(() => redis.disconnect())
    return redis
  }
  return { watch, redis: connect(relay.url), direct: connect(server.url) }
}

t.test('a step of Redis is the same whatever is asked in between, and only its reply is lost', async (t) => {
  const { watch, redis, direct } = await redisBehindTap(t)
  const script = "return redis.call('INCR', KEYS[1])"
  const call = async (): Promise<unknown[]> =>
    Promise.allSettled([
      redis.info('replication'),
      redis.eval(script, 1, 'latchkey:user:{1}'),
      redis.time(),
      redis.eval("return 'current'", 1, 'latchkey:fence:{2}'),
      redis.set('latchkey:revoked-token:x', '1'),
      redis.eval(script, 1, 'latchkey:user:{1}'),
      redis.get('latchkey:client-scopes:y'),
    ])
  const end = watch.record()
  await call()
  const steps = end()
  t.equal(steps.length, 4)
  const [first = '', , , last] = steps
  t.match(first, /^user [0-9a-f]{7} #1$/)
  t.equal(last, 'GET client-scopes #1')

  const second = steps[2] ?? ''
  t.equal(second, first.replace('#1', '#2'))
  const loss = watch.lose(second)
  const results = (await call()) as PromiseSettledResult<unknown>[]
  t.ok(loss.wasLost())
  t.equal(results[1]?.status, 'fulfilled', 'what was answered before arrives')
  t.equal(results[5]?.status, 'rejected')
  t.equal(await direct.get('latchkey:user:{1}'), '4', 'all of it was carried out')
})

t.test('a step of Postgres is a statement, by name or not, of the connections that answer calls', async (t) => {
  const { databaseUrl } = await testEnvironment(t)
  const watch = createStepWatch()
  const relay = await tcpRelay(t, databaseUrl, { intercept: () => tapPostgres(watch) })
  const connect = async (name: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: relay.url, application_name: name })
    client.on('error', () => {})
    t.teardown(() => client.end().catch(() => {}))
    await client.connect()
    return client
  }
  const [calls, jobs] = [await connect('auth-service'), await connect('auth-service jobs')]
  const end = watch.record()
  for (let n = 0; n < 2; n++) {
    await calls.query('begin')
    await calls.query({ name: 'one', text: 'select  $1::int as one', values: [n] })
    await jobs.query('select 2')
    await calls.query('show transaction_read_only')
    await calls.query('commit')
  }
  const steps = ['begin #1', 'select $1::int as one #1', 'commit #1']
  t.same(end(), [...steps, ...steps.map((step) => step.replace('#1', '#2'))])

  const loss = watch.lose('select $1::int as one #1')
  await calls.query('begin')
  await t.rejects(calls.query({ name: 'one', text: 'select  $1::int as one', values: [1] }))
  t.ok(loss.wasLost())
  t.ok(await eventually(async () => (await jobs.query('select 1')).rowCount === 1), 'the others are untouched')
})
