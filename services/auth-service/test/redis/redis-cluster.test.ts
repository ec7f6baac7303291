import tls from 'node:tls'
import { eventually, privateRedisCluster, type TestScope } from '@latchkey/test-kit'
import t from 'tap'
import { createRedisClient, isRedisUnavailable } from '../../src/redis/redis-client.ts'
import { createRedisGate } from '../../src/redis/redis-gate.ts'

function connect(t: TestScope, url: string) {
  const errors: string[] = []
  const redis = createRedisClient(url.split(','), ({ message }) => errors.push(message))
  t.teardown(async () => redis.disconnect())
  return { redis, errors }
}

t.test('answers of a cluster in trouble mean that nothing is known', async (t) => {
  const messages = [
    'MOVED 3999 127.0.0.1:6381',
    'ASK 3999 127.0.0.1:6381',
    'CLUSTERDOWN The cluster is down',
    'CLUSTERDOWN Hash slot not served',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'Too many Cluster redirections. Last error: ReplyError: MOVED 3999 127.0.0.1:6381',
    'Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN The cluster is down',
    'Failed to refresh slots cache.',
    "Cluster isn't ready and enableOfflineQueue options is false",
    'Cluster is ended.',
    'Command aborted due to connection close',
  ]
  for (const message of messages) t.ok(isRedisUnavailable(new Error(message)), message)
  for (const message of ['ERR unknown command', 'WRONGTYPE Operation against a key', 'ERR ASK nobody'])
    t.notOk(isRedisUnavailable(new Error(message)), message)
})

t.test('while a node is gone its keys are unavailable, and those of the others are served', async (t) => {
  const cluster = await privateRedisCluster(t)
  if (cluster === undefined) throw new Error('a cluster without TLS needs no openssl')
  const { redis } = connect(t, cluster.url)
  const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`)
  await eventually(async () => (await redis.set('key-0', '0').catch(() => '')) === 'OK')
  for (const key of keys) await redis.set(key, key)
  const read = () => Promise.all(keys.map((key) => redis.get(key).catch((error: unknown) => error)))
  t.same(await read(), keys)

  await cluster.nodes[0]?.kill()
  for (let round = 0; round < 20; round++) {
    const errors = (await read()).filter((answer) => answer instanceof Error)
    t.ok(errors.length > 0)
    for (const error of errors) t.ok(isRedisUnavailable(error), error.message)
  }
  await cluster.nodes[0]?.start()
  await eventually(async () => (await read()).every((answer, n) => answer === keys[n]))
})

t.test('what was done on nodes that fell silent since is not answered as done', async (t) => {
  const cluster = await privateRedisCluster(t)
  if (cluster === undefined) throw new Error('a cluster without TLS needs no openssl')
  const { redis } = connect(t, cluster.url)
  const gate = createRedisGate({ redis, keyPrefix: 'gate:', onFailure: () => {} })
  await gate.watch(async () => undefined)
  t.teardown(() => {
    for (const node of cluster.nodes) node.resume()
  })
  const silence = async () => {
    for (const node of cluster.nodes) node.pause()
  }
  await t.rejects(gate.confirm(silence), { code: 'unavailable', statusCode: 503 })
})

t.test('a cluster of names is reached under TLS, and what keeps a client away is in its error', async (t) => {
  const cluster = await privateRedisCluster(t, { tls: true })
  if (cluster?.certificate === undefined) return void t.pass('no openssl on PATH')
  const stranger = connect(t, cluster.url)
  await eventually(() => stranger.errors.some((message) => /self-signed certificate/.test(message)), 'the reason')
  stranger.redis.disconnect()

  const trusted = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...trusted, cluster.certificate])
  t.teardown(() => tls.setDefaultCACertificates(trusted))
  const { redis, errors } = connect(t, cluster.url)
  await eventually(async () => (await redis.set('key', 'value').catch(() => '')) === 'OK', `connected: ${errors}`)
  t.equal(await redis.get('key'), 'value')
})
