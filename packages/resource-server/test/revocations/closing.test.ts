import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { eventually, privateRedis, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { freshPrefix, readyServer, withRedis } from './feed-server.ts'

const fixture = fileURLToPath(new URL('closing-process.ts', import.meta.url))
const redis = await privateRedis(t)

/** What a process says that closes its service at this moment: `ready`, `at-once`, or after so many milliseconds. */
async function lifeOf(redisUrl: string, moment: string): Promise<string> {
  const child = spawn(process.execPath, [fixture, redisUrl, moment], {
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --unhandled-rejections=strict --throw-deprecation`,
    },
  })
  // Only reached when something keeps the process alive for good.
  const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000)
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearTimeout(deadline)
  return `${code}: ${out}${error}`
}

t.test('after closing, nothing keeps the process alive', async (t) => {
  t.equal(await lifeOf(redis.url, 'ready'), '0: closed, was ready\n')
  t.equal(await lifeOf(redis.url, 'at-once'), '0: closed, was never ready\n')
})

t.test('not even while there is no Redis, or one that does not answer', async (t) => {
  const proxy = await tcpRelay(t, redis.url)
  proxy.hang()
  const hanging = await Promise.all([lifeOf(proxy.url, 'at-once'), lifeOf(proxy.url, '300'), lifeOf(proxy.url, '3000')])
  await proxy.refuse()
  const refused = await Promise.all([lifeOf(proxy.url, 'at-once'), lifeOf(proxy.url, '700')])
  for (const life of [...hanging, ...refused]) t.equal(life, '0: closed, was never ready\n')
})

t.test('closing closes the connection', async (t) => {
  const connections = () =>
    withRedis(redis.url, async (admin) => {
      const clients = String(await admin.client('LIST'))
      return clients.split('\n').filter((line) => line.includes('name=latchkey-revocations')).length
    })
  const app = await readyServer(t, { redisUrl: redis.url, prefix: freshPrefix() })
  t.equal(await connections(), 1)
  await app.close()
  await eventually(async () => (await connections()) === 0, 'it is gone')
})
