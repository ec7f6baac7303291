import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { plainNode, recordedProcess, temporaryDirectory } from '@latchkey/harness'
import type { Test } from 'tap'

const main = join(import.meta.dirname, '../src/main.ts')

export type StackRun = {
  readonly child: ChildProcess
  /** Everything it printed so far. */
  output(): string
  /** Waits for the banner; throws with the output if it ends before. */
  ready(): Promise<void>
  /** The administrator's, which the first run prints. */
  password(): string
  /** Exit code and signal. */
  readonly exited: Promise<[number | null, NodeJS.Signals | null]>
}

export type StackPlace = {
  DATA_DIR: string
  AUTH_PORT: string
  EMPLOYEE_PORT: string
} & Partial<
  Record<
    | 'AUTH_OPERATIONS_PORT'
    | 'EMPLOYEE_OPERATIONS_PORT'
    | 'REFRESH_GRACE'
    | 'REVOCATION_MAX_STALENESS'
    | 'ACCESS_TOKEN_ALGORITHM'
    | 'ACCESS_TOKEN_EXPIRY'
    | 'ALLOWED_ORIGINS'
    | 'REDIS_URL'
    | 'ACCESS_POLICY_FILE',
    string
  >
>

/** Runs what `npm start` runs. */
export function runStackProcess(t: Test, place: StackPlace): StackRun {
  const { command, args, env } = plainNode([main], {
    ...plainEnvironment(),
    // Ports that are so far above random ones may be taken.
    AUTH_OPERATIONS_PORT: 'off',
    EMPLOYEE_OPERATIONS_PORT: 'off',
    ...place,
  })
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => void child.kill('SIGTERM'))
  let output = ''
  const isReady = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('/auth/refresh')) isReady.resolve()
    })
  }
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const endsTooEarly = exited.then(() => Promise.reject(new Error(`The stack ended before it was ready:\n${output}`)))
  endsTooEarly.catch(() => {})
  return {
    child,
    exited,
    output: () => output,
    ready: () => Promise.race([isReady.promise, endsTooEarly]),
    password: () => /password {11}(\S{24}) /.exec(output)?.[1] ?? '',
  }
}

/** Runs what `npm run admin` runs. */
export const admin = (environment: Record<string, string>, ...args: readonly string[]) =>
  runProgram('admin', environment, args)

/** Runs what `npm run backup` and `npm run restore` run. */
export const backup = (environment: Record<string, string>, ...args: readonly string[]) =>
  runProgram('backup', environment, args)
export const restore = (environment: Record<string, string>, ...args: readonly string[]) =>
  runProgram('restore', environment, args)

function runProgram(name: string, environment: Record<string, string>, args: readonly string[]) {
  const program = [join(import.meta.dirname, `../src/${name}.ts`), ...args]
  const node = plainNode(program, { ...plainEnvironment(), ...environment })
  const { status, stdout, stderr } = spawnSync(node.command, node.args, { env: node.env, encoding: 'utf8' })
  return { code: status, printed: stdout, noted: stderr }
}

// Without the settings of the shell that runs the tests, and of the test runner.
export function plainEnvironment(): Record<string, string | undefined> {
  return { HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, NO_COLOR: '1' }
}

/** The names of the processes of a data directory that run at this moment. */
export function processesOf(dataDirectory: string): string[] {
  const run = join(dataDirectory, 'run')
  return readdirSync(run)
    .filter((file) => file.endsWith('.json') && recordedProcess(join(run, file)) !== undefined)
    .map((file) => file.replace('.json', ''))
    .sort()
}

/** Remembers the processes that run now; the returned function lists those of them that still do. */
export function rememberProcesses(t: Test, dataDirectory: string): () => string[] {
  const copy = temporaryDirectory(t, 'stack')
  cpSync(join(dataDirectory, 'run'), join(copy, 'run'), { recursive: true })
  return () => processesOf(copy)
}

/** What the banner asks to paste. */
export const commandsIn = (output: string): string => /^\{ printf .*^\}$/ms.exec(output)?.[0] ?? ''
