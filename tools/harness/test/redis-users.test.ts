import { join } from 'node:path'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import {
  createChildProcesses,
  type RedisUser,
  redisProgram,
  redisUrlFor,
  startRedis,
  temporaryDirectory,
} from '../src/index.ts'

const directory = temporaryDirectory(t, 'redis-users')
const server = await startRedis({
  processes: createChildProcesses(),
  program: await redisProgram(t.comment),
  directory: join(directory, 'redis'),
  runDirectory: join(directory, 'run'),
  password: 'private',
  durable: false,
})
t.teardown(() => server.stop())

function connect(t: Test, url: string): Redis {
  const redis = new Redis(url, { protocol: 2, enableReadyCheck: false, disableClientInfo: true })
  t.teardown(() => redis.disconnect())
  return redis
}

const outcomeOf = (redis: Redis, command: readonly string[]): Promise<string> => {
  const [name = '', ...args] = command
  return redis.call(name, ...args).then(
    () => 'OK',
    (error: Error) => error.message,
  )
}

/** Redis lets every user do these, whatever their rights (`CMD_NO_AUTH`). */
const EVERYBODYS = ['auth', 'hello', 'quit', 'reset']

type Described = [name: string, arity: number, ...unknown[]]
/** `words` are as many as it wants. */
type Command = { readonly name: string; readonly words: readonly string[] }

/** Every command and subcommand of this server. */
async function allCommands(t: Test): Promise<Command[]> {
  const described = (await connect(t, server.url).call('COMMAND')) as Described[]
  const leaves = described.flatMap((command) => {
    const subcommands = (command[9] ?? []) as Described[]
    return subcommands.length > 0 ? subcommands : [command]
  })
  return leaves
    .filter(([name]) => !EVERYBODYS.includes(name))
    .map(([name, arity]) => {
      const words = name.split('|')
      const missing = Math.max(0, Math.abs(arity) - words.length)
      return { name, words: [...words, ...Array.from({ length: missing }, () => 'x')] }
    })
}

/** Asks for every command, one by one. @returns the names of those that were not refused for want of rights */
async function permittedTo(t: Test, user: RedisUser): Promise<string[]> {
  const operator = connect(t, server.url)
  const redis = connect(t, redisUrlFor(user, server.url))
  const permitted: string[] = []
  for (const { name, words } of await allCommands(t)) {
    const asked = await outcomeOf(redis, words)
    // DEBUG and MODULE are switched off for everybody, which comes first.
    const outcome = / command not allowed/.test(asked)
      ? String(await operator.call('ACL', 'DRYRUN', user, ...words))
      : asked
    // One that is let through refuses these arguments, or the key.
    if (!/ no permissions to run the '/.test(outcome)) permitted.push(name)
    if (name === 'multi') await outcomeOf(redis, ['exec'])
  }
  return permitted.sort()
}

t.test('a verifier may run what reads the feed, and no other command of the server', async (t) => {
  t.same(await permittedTo(t, 'verifier'), ['exec', 'multi', 'xinfo|stream', 'xrange', 'xread'])
})

t.test('a verifier reads the feed, and no other key', async (t) => {
  const operator = connect(t, server.url)
  const verifier = connect(t, redisUrlFor('verifier', server.url))
  const feed = 'latchkey:revocations'
  await operator.xadd(feed, '1-1', 'a', 'b')
  await operator.set('latchkey:other', 'secret')
  t.same(await verifier.xrange(feed, '-', '+'), [['1-1', ['a', 'b']]])
  t.equal(await outcomeOf(verifier, ['xread', 'streams', feed, '0']), 'OK')
  t.equal(await outcomeOf(verifier, ['xinfo', 'stream', feed]), 'OK')
  const others = ['latchkey:other', 'latchkey:revocations2', 'latchkey:user:{1}', 'revocations', '']
  for (const key of others) {
    for (const command of [
      ['xrange', key, '-', '+'],
      ['xread', 'streams', key, '0'],
      ['xread', 'streams', feed, key, '0', '0'],
      ['xinfo', 'stream', key],
    ]) {
      t.match(await outcomeOf(verifier, command), /^NOPERM .* keys?/, command.join(' '))
    }
  }
})

t.test('auth-service administers nothing, and reaches no key of others', async (t) => {
  const permitted = await permittedTo(t, 'auth-service')
  const refused = [
    ...['acl|setuser', 'acl|list', 'bgsave', 'client|kill', 'client|list', 'cluster|failover', 'cluster|reset'],
    ...['command', 'config|get', 'config|resetstat', 'config|set', 'dbsize', 'debug', 'dump', 'failover', 'flushall'],
    ...['flushdb', 'function|load', 'keys', 'latency|reset', 'migrate', 'module|load', 'monitor', 'psync', 'publish'],
    ...['rename', 'replicaof', 'restore', 'save', 'scan', 'script|flush', 'script|kill', 'shutdown', 'slowlog|get'],
    ...['sort', 'subscribe', 'swapdb', 'sync', 'wait'],
  ]
  t.same(
    refused.filter((name) => permitted.includes(name)),
    [],
  )
  t.ok(permitted.length < 60, `${permitted.length}: ${permitted.join(' ')}`)

  const service = connect(t, redisUrlFor('auth-service', server.url))
  t.equal(await outcomeOf(service, ['set', 'latchkey:mine', '1']), 'OK')
  for (const command of [
    ['set', 'other', '1'],
    ['get', 'latchke'],
    ['eval', "return redis.call('get', KEYS[1])", '1', 'other'],
  ]) {
    t.match(await outcomeOf(service, command), /^NOPERM .* keys?/, command.join(' '))
  }
  for (const script of ["redis.call('flushall')", "redis.call('get', 'other')", "redis.call('keys', '*')"]) {
    t.match(
      await outcomeOf(service, ['eval', script, '1', 'latchkey:mine']),
      /can't run this command|can't access|ACL failure/,
      script,
    )
  }
})

t.test('no user gets in without a password, or with that of another', async (t) => {
  const passwords = { 'auth-service': 'of-auth', verifier: 'of-verifier' }
  const place = temporaryDirectory(t, 'redis-users')
  const own = await startRedis({
    processes: createChildProcesses(),
    program: await redisProgram(t.comment),
    directory: join(place, 'redis'),
    runDirectory: join(place, 'run'),
    password: 'of-operator',
    passwords,
    durable: false,
  })
  t.teardown(() => own.stop())
  const redis = new Redis(own.port, '127.0.0.1', { protocol: 2, enableReadyCheck: false, disableClientInfo: true })
  t.teardown(() => redis.disconnect())
  for (const user of ['auth-service', 'verifier'] as const) {
    for (const password of ['', 'of-operator', passwords[user === 'verifier' ? 'auth-service' : 'verifier']]) {
      t.match(await outcomeOf(redis, ['auth', user, password]), /^WRONGPASS/, `${user}: ${password}`)
    }
    t.equal(await outcomeOf(redis, ['auth', user, passwords[user]]), 'OK')
  }
})
