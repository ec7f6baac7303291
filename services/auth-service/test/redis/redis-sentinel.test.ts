import { eventually, privateRedisSentinels, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { createRedisClient } from '../../src/redis/redis-client.ts'
import { refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

t.setTimeout(240_000)

const redis = await privateRedisSentinels(t)
const environment = { ...(await testEnvironment(t)), redisUrl: redis.url }
const auth = await startAuthService(t, { environment })
const verifier = await startResourceService(t, {
  config: auth.config,
  environment: { ...environment, redisUrl: redis.verifierUrl },
})

const nodeAt = (port: number) => redis.nodes.find((node) => node.port === port)
const logOut = (refreshToken: string) => auth.call('POST', '/auth/logout', { body: { refreshToken } })

/** What refreshes with one token are answered until a condition holds. */
async function answersUntil(refreshToken: string, isOver: () => Promise<boolean>): Promise<Set<number>> {
  const seen = new Set<number>()
  await eventually(async () => {
    seen.add((await refreshWith(auth.once, refreshToken)).statusCode)
    return isOver()
  })
  return seen
}

t.test('Sentinels replace the master on demand: nobody is signed out, and revocations go on', async (t) => {
  const [staying, gone, later] = [await auth.newUser(), await auth.newUser(), await auth.newUser()]
  t.equal((await logOut(gone.refreshToken)).statusCode, 204)
  const before = await redis.masterPort()
  const client = redis.sentinels[0]?.connect()
  await client?.call('SENTINEL', 'FAILOVER', 'sessions')
  client?.disconnect()
  const isReplaced = async () => (await redis.masterPort()) !== before
  const [live, ended] = await Promise.all([
    answersUntil(staying.refreshToken, isReplaced),
    answersUntil(gone.refreshToken, isReplaced),
  ])
  t.notOk(live.has(401), `a live session was answered ${[...live]}`)
  t.notOk(ended.has(200), `an ended one was answered ${[...ended]}`)

  await untilReady(auth)
  t.equal((await refreshWith(auth, staying.refreshToken)).statusCode, 200)
  t.equal((await refreshWith(auth, gone.refreshToken)).json().code, 'session_ended')
  t.ok(await verifier.eventuallyRefuses(gone.accessToken))
  t.equal((await logOut(later.refreshToken)).statusCode, 204)
  t.ok(await verifier.eventuallyRefuses(later.accessToken), 'the verifier follows the new master')
})

t.test(
  'a replica that lacks the last writes takes over from a master that died: what was ended stays ended',
  async (t) => {
    const ports = redis.nodes.map(({ port }) => port)
    const masterPort = await redis.masterPort()
    const [master, replica] = [nodeAt(masterPort), nodeAt(Number(ports.find((port) => port !== masterPort)))]
    if (!master || !replica) throw new Error('a master and its replica')
    const follower = replica.connect()
    t.teardown(() => follower.disconnect())
    await eventually(async () => (await follower.info('replication')).includes('master_link_status:up'))
    const [leaving, staying] = [await auth.newUser(), await auth.newUser()]
    const copied = async (): Promise<boolean> => {
      const leader = master.connect()
      const offset = async (client: typeof leader) =>
        /master_repl_offset:(\d+)/.exec(await client.info('replication'))?.[1]
      const isCopied = (await offset(leader)) === (await offset(follower))
      leader.disconnect()
      return isCopied
    }
    t.ok(await eventually(copied))

    await follower.config('SET', 'masterauth', 'wrong')
    await follower.call('CLIENT', 'KILL', 'TYPE', 'master')
    t.equal((await logOut(leaving.refreshToken)).statusCode, 204)
    await master.kill()
    const isReplaced = async () => (await redis.masterPort()) === replica.port
    const answered = await answersUntil(leaving.refreshToken, isReplaced)
    t.notOk(answered.has(200), `answered ${[...answered]}`)

    await untilReady(auth)
    t.match((await refreshWith(auth, leaving.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
    t.equal((await refreshWith(auth, staying.refreshToken)).statusCode, 200)
    t.ok(await verifier.eventuallyRefuses(leaving.accessToken))
    await master.start()
  },
)

t.test('the log says why no Sentinel leads to Redis', async (t) => {
  const reasonOf = async (url: string): Promise<string> => {
    const messages: string[] = []
    const client = createRedisClient(url.split(','), ({ message }) => messages.push(message))
    t.teardown(async () => client.disconnect())
    await eventually(async () => messages.length > 0)
    return messages[0] ?? ''
  }
  t.match(await reasonOf(redis.url.replace('sentinel=sessions', 'sentinel=nobody')), /knows no master named nobody/)
  t.match(await reasonOf(redis.url.replace(/:private@/g, ':wrong@')), /WRONGPASS/)
  t.match(
    await reasonOf('redis://localhost:1?sentinel=sessions'),
    /no Sentinel leads to Redis: failed to connect to sentinel localhost:1/,
  )
})
