import { eventually, privateRedis, privateRedisCluster, redisUrlFor, type TestScope } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { authServiceProcess } from './support/auth-service-process.ts'
import { employeeApp } from './support/employee-app.ts'

t.setTimeout(240_000)

type Place = { readonly url: string; connect(): readonly Redis[] }

async function single(t: TestScope): Promise<Place> {
  const { url } = await privateRedis(t, { hasTestFeeds: false })
  return { url, connect: () => [new Redis(url)] }
}

async function cluster(t: TestScope): Promise<Place> {
  const started = await privateRedisCluster(t, { hasTestFeeds: false })
  if (started === undefined) throw new Error('a cluster without TLS needs no openssl')
  return { url: started.url, connect: () => started.nodes.map((node) => node.connect()) }
}

/** The keys of production, since the rights are for these. */
const PRODUCTION = { TEST_PREFIX: 'latchkey:' }

for (const [name, start] of Object.entries({ 'one Redis': single, 'a Redis Cluster': cluster })) {
  t.test(
    `on ${name} both services do their work with the rights of deploy/redis/users.acl, and ask for no more`,
    async (t) => {
      const { url, connect } = await start(t)
      const nodes = connect()
      t.teardown(() => {
        for (const node of nodes) node.disconnect()
      })
      const auth = await authServiceProcess(t, { ...PRODUCTION, REDIS_URL: redisUrlFor('auth-service', url) })
      const revocations = { redisUrl: redisUrlFor('verifier', url) }
      const { app } = await employeeApp(t, (config) => ({ ...config, revocations }))
      await eventually(async () => (await app.inject('/health/ready')).statusCode === 200)

      const { id } = (await auth.asAdmin('POST', '/admin/users', { email: 'ada@example.test', roles: ['staff'] })).body
        .user as { id: string }
      const link = String(
        ((await auth.asAdmin('POST', `/admin/users/${id}/invitation`)).body.invitation as { link: string }).link,
      )
      const { accessToken, refreshToken } = (await auth.accept(link.split('#token=')[1] ?? '')).body
      const refreshed = await auth.call('POST', '/auth/refresh', { refreshToken })
      t.equal(refreshed.status, 200)

      const read = async (token: unknown) =>
        (await app.inject({ url: '/employees', headers: { authorization: `Bearer ${token}` } })).statusCode
      t.same([await read(accessToken), await read(refreshed.body.accessToken)], [200, 200])
      t.equal((await auth.asAdmin('PATCH', `/admin/users/${id}`, { status: 'disabled' })).status, 200)
      t.ok(await eventually(async () => (await read(refreshed.body.accessToken)) === 401))
      t.match((await auth.call('POST', '/auth/refresh', { refreshToken: refreshed.body.refreshToken })).body, {
        code: 'session_ended',
        reason: 'account_disabled',
      })

      for (const node of nodes) {
        const denied = (await node.call('ACL', 'LOG')) as unknown[][]
        // A client of a cluster names itself on one connection, whatever it is told.
        const commands = denied.map((entry) => entry[entry.indexOf('object') + 1])
        t.same(
          commands.filter((object) => object !== 'client|setinfo'),
          [],
        )
      }
    },
  )
}
