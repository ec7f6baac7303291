import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { TestScope } from '@latchkey/test-kit'
import t from 'tap'

const FIXTURE = fileURLToPath(new URL('fixtures/service-process.ts', import.meta.url))

type Running = {
  child: ChildProcess
  url: string
  operationsUrl: string
  output(): string
  /** Resolves once the process has printed this. */
  printed(text: string): Promise<void>
  /** Resolves with its exit code. */
  ended: Promise<number | null>
}

function start(scope: TestScope, environment: Record<string, string> = {}): Omit<Running, 'url' | 'operationsUrl'> {
  const child = spawn(process.execPath, [FIXTURE], { env: { ...process.env, ...environment } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  scope.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const printed = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`ended before it printed ${text}: ${output}`)
      await Promise.race([once(child.stdout, 'data'), ended])
    }
  }
  return { child, output: () => output, printed, ended }
}

async function startListening(scope: TestScope, environment?: Record<string, string>): Promise<Running> {
  const running = start(scope, environment)
  await running.printed('listens on')
  const url = /listens on (http:\S+?)"/.exec(running.output())?.[1] ?? ''
  const operationsUrl = /listens for operators on (http:\S+?)"/.exec(running.output())?.[1] ?? ''
  return { ...running, url, operationsUrl }
}

type Answer = { status: number | undefined; connection: string | undefined; body: string }

async function request(url: string, agent: Agent): Promise<Answer> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return {
    status: response.statusCode,
    connection: response.headers.connection,
    body: Buffer.concat(chunks).toString(),
  }
}

/** Resolves once that port accepts no connection. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (!open) return
  }
}

function keepAlive(scope: TestScope): Agent {
  const agent = new Agent({ keepAlive: true })
  scope.teardown(async () => agent.destroy())
  return agent
}

t.test('SIGTERM: not ready first, then no new connections, what was accepted is answered, exit 0', async (t) => {
  const { child, url, operationsUrl, printed, ended, output } = await startListening(t, {
    DRAIN_MS: '1500',
    LINGER_MS: '2000',
  })
  const [agent, idle] = [keepAlive(t), keepAlive(t)]
  for (const each of [agent, idle]) t.equal((await request(`${url}/health/ready`, each)).status, 200)

  const slow = request(`${url}/slow`, keepAlive(t))
  await printed('entered')
  child.kill('SIGTERM')
  await printed('stopping')

  const ready = await request(`${url}/health/ready`, keepAlive(t))
  t.equal(ready.status, 503, 'a new connection is still served, and learns that it is not ready')
  t.match(await request(`${url}/quick`, agent), { status: 200, connection: 'close' }, 'an open one is asked to leave')
  await refused(url)
  const report = await request(`${operationsUrl}/health/ready`, agent)
  t.match(report, { status: 503, body: '"checks":{}', connection: 'keep-alive' }, 'operators are answered to the end')
  t.match(await request(`${url}/release`, idle), { status: 200, connection: 'close' })
  t.match(await slow, { status: 200, body: '{"slow":true}' })
  t.equal(await ended, 0)
  t.match(output(), 'closed last')
})

t.test('connections that bring nothing more, or never did, do not hold up a stop', async (t) => {
  const { child, url, ended } = await startListening(t)
  await request(`${url}/quick`, keepAlive(t))
  await once(connect(Number(new URL(url).port), '127.0.0.1'), 'connect')
  child.kill('SIGTERM')
  t.equal(await ended, 0)
})

t.test('several signals to stop count as one', async (t) => {
  const { child, url, printed, ended } = await startListening(t, { DRAIN_MS: '1000' })
  const slow = request(`${url}/slow`, keepAlive(t))
  await printed('entered')
  child.kill('SIGINT')
  await printed('stopping')
  child.kill('SIGTERM')
  child.kill('SIGINT')
  await request(`${url}/release`, keepAlive(t))
  t.equal((await slow).status, 200)
  t.equal(await ended, 0)
})

t.test('a request that never ends is given up at the deadline: exit 1', async (t) => {
  const { child, url, printed, ended, output } = await startListening(t, { STOP_WITHIN_MS: '500' })
  request(`${url}/stuck`, keepAlive(t)).catch(() => {})
  await printed('entered')
  child.kill('SIGTERM')
  t.equal(await ended, 1)
  t.match(output(), 'not stopped after 520 ms')
})

t.test('an error that nothing caught is logged and ends the process: exit 1', async (t) => {
  const { url, ended, output } = await startListening(t)
  await request(`${url}/crash`, keepAlive(t)).catch(() => {})
  t.equal(await ended, 1)
  t.match(output(), 'an uncaught error')
})

t.test('a taken port is one clear line: exit 1', async (t) => {
  const taken = createTcpServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(async () => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  for (const setting of ['PORT', 'OPERATIONS_PORT']) {
    const { ended, output } = start(t, { [setting]: String(port) })
    t.equal(await ended, 1)
    t.match(
      output(),
      new RegExp(`^fixture: port ${port} is in use by another process: choose another ${setting}$`, 'm'),
    )
  }
})

t.test('bad settings are one list: exit 1', async (t) => {
  const { ended, output } = start(t, { PORT: 'canary', MODE: 'canary' })
  t.equal(await ended, 1)
  t.equal(
    output(),
    [
      'fixture: Invalid settings:',
      '  PORT must be a whole number from 0 to 65535',
      '  MODE must be one of well, stuck, broken',
      '',
    ].join('\n'),
  )
})

t.test('a dependency that is not there at boot is one line: exit 1', async (t) => {
  const { ended, output } = start(t, { MODE: 'broken' })
  t.equal(await ended, 1)
  t.equal(output(), 'fixture: could not start: connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED)\n')
})
