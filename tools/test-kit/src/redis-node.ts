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
  /** An orderly shutdown. */
  stop(): Promise<void>
  /** Starts it again, with its data. */
  start(): Promise<void>
  /** Connections stay open and nothing is answered. */
  pause(): void
  resume(): void
}

export type RedisNodeOptions = {
  readonly program: string
  /** See `temporaryDirectory`. Data is in `data/NAME`, apart from the configuration, which a node may rewrite. */
  readonly root: string
  readonly name: string
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
  const { program, root, name, port, password, certificate, lines, isSentinel = false } = options
  const directory = join(root, 'data', name)
  const configuration = join(root, `${name}.conf`)
  writeFileSync(configuration, `${[`dir ${directory}`, ...lines].join('\n')}\n`, { mode: 0o600 })
  const processes = createChildProcesses()
  const file = join(root, `${name}.log`)

  function connect(): Redis {
    const secrets = { ...(password !== undefined && { password }), ...(certificate && { tls: { ca: certificate } }) }
    const redis = new Redis({ host: 'localhost', family: 4, port, lazyConnect: true, ...secrets })
    redis.on('error', () => {})
    return redis
  }

  async function start(): Promise<RunningProcess> {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const server = processes.start({
      name: isSentinel ? 'Sentinel' : 'Redis',
      command: program,
      args: [configuration, ...(isSentinel ? ['--sentinel'] : [])],
      cwd: directory,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      output: { file },
      recordFile: join(root, 'run', `${name}.json`),
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
    stop: () => server.stop(),
    async start() {
      server = await start()
    },
    pause: () => signalTree(server.pid, 'SIGSTOP'),
    resume: () => signalTree(server.pid, 'SIGCONT'),
  }
}
