import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { eventually, privateRedis, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { freshPrefix, readyServer, withRedis } from './feed-server.ts'

const fixture = fileURLToPath(new URL('closing-process.ts', import.meta.url))
const redis = await privateRedis(t)

/** The output of a process that closes its service at this moment: `ready`, `at-once`, or after a number of milliseconds. */
async function outputOf(redisUrl: string, moment: string): Promise<string> {
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
  t.equal(await outputOf(redis.url, 'ready'), '0: closed, was ready\n')
  t.equal(await outputOf(redis.url, 'at-once'), '0: closed, was never ready\n')
})

t.test('after closing without a Redis, or with one that does not answer, nothing does either', async (t) => {
  const proxy = await tcpRelay(t, redis.url)
  proxy.hang()
  const hanging = await Promise.all([
    outputOf(proxy.url, 'at-once'),
    outputOf(proxy.url, '300'),
    outputOf(proxy.url, '3000'),
  ])
  await proxy.refuse()
  const refused = await Promise.all([outputOf(proxy.url, 'at-once'), outputOf(proxy.url, '700')])
  for (const output of [...hanging, ...refused]) t.equal(output, '0: closed, was never ready\n')
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
