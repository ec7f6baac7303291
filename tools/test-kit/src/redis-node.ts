import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createChildProcesses, lastLines, poll, type RunningProcess, type TestScope } from '@latchkey/harness'
import { Redis } from 'ioredis'
import { signalTree } from './signal-tree.ts'

/** A Redis among others, or a Sentinel. */
export type RedisNode = {
  readonly port: number
  /** Where its data is; it may be copied while the node runs and put back while it does not. */
  readonly directory: string
  /** A client of this node alone. */
  connect(): Redis
  /** Sends SIGKILL, and waits for the end. */
  kill(): Promise<void>
  /** Starts it again, with its data. */
  start(): Promise<void>
  /** Connections stay open and nothing is answered. */
  pause(): void
  resume(): void
}

export type RedisNodeOptions = {
  readonly program: string
  /** Made here. */
  readonly directory: string
  readonly port: number
  /** Of the user `default`; none unless given. */
  readonly password?: string
  /** Under TLS. */
  readonly certificate?: string | undefined
  /** Of its configuration. */
  readonly lines: readonly string[]
  readonly isSentinel?: boolean
}

/** Runs one until the test ends. Returns once it answers. */
export async function startRedisNode(t: TestScope, options: RedisNodeOptions): Promise<RedisNode> {
  const { program, directory, port, password, certificate, lines, isSentinel = false } = options
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'redis.conf'), `${lines.join('\n')}\n`)
  const processes = createChildProcesses()
  const file = join(directory, 'output.log')

  function connect(): Redis {
    const secrets = { ...(password !== undefined && { password }), ...(certificate && { tls: { ca: certificate } }) }
    const redis = new Redis({ host: 'localhost', family: 4, port, lazyConnect: true, ...secrets })
    redis.on('error', () => {})
    return redis
  }

  async function start(): Promise<RunningProcess> {
    const server = processes.start({
      name: isSentinel ? 'Sentinel' : 'Redis',
      command: program,
      args: ['redis.conf', ...(isSentinel ? ['--sentinel'] : [])],
      cwd: directory,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      output: { file },
      stopSignal: 'SIGTERM',
      graceMs: 10_000,
    })
    const redis = connect()
    try {
      const answers = () =>
        redis.ping().then(
          () => true,
          () => false,
        )
      const isUp = async () => server.hasExited() || (await answers())
      await poll(isUp, { timeoutMs: 60_000, intervalMs: 20 })
      if (!(await answers())) throw new Error(`it did not start:\n${lastLines(file)}`)
    } finally {
      redis.disconnect()
    }
    return server
  }

  let server = await start()
  t.teardown(() => server.stop())
  return {
    port,
    directory,
    connect,
    async kill() {
      signalTree(server.pid, 'SIGKILL')
      await server.stop()
    },
    async start() {
      server = await start()
    },
    pause: () => signalTree(server.pid, 'SIGSTOP'),
    resume: () => signalTree(server.pid, 'SIGCONT'),
  }
}
