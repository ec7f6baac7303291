import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { sleep } from '../sleep.ts'
import { recordProcess } from './process-record.ts'

/** The system user a process runs as. */
export type Account = { uid: number; gid: number }

export type ProcessOptions = {
  name: string
  command: string
  args: readonly string[]
  cwd: string
  env?: Record<string, string | undefined>
  account?: Account | undefined
  /** Open files, handed on as descriptor 3, 4 and so on. */
  descriptors?: readonly number[]
  /** stdout and stderr go to a file, emptied at every start; `pipe` leaves both to the caller; `stderr` drops stdout. */
  output: { file: string } | 'pipe' | 'stderr'
  /** Holds the pid from the first moment on, so that the next run finds the process should ours be killed. */
  recordFile?: string
  stopSignal: NodeJS.Signals
  /** Milliseconds from the stop signal to SIGKILL. */
  graceMs: number
}

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export type RunningProcess = {
  /** -1 when the program could not be started. */
  readonly pid: number
  /** stdout and stderr, with `output: 'pipe'`. */
  readonly outputs: readonly Readable[]
  readonly exited: Promise<Exit>
  hasExited(): boolean
  /** Sends the stop signal, and SIGKILL after the grace; resolves when the process is gone. */
  stop(): Promise<void>
  /** Sends SIGKILL, as the kernel's out-of-memory killer does; resolves when the process is gone. */
  kill(): Promise<void>
}

/** Starts processes, and takes those that run along when our own ends in a hurry: an uncaught error, process.exit. */
export type ChildProcesses = {
  /**
   * Starts a program in a session of its own: Ctrl-C in the terminal reaches only us, and we decide who stops when. A
   * program that cannot be started exits with 127.
   */
  start(options: ProcessOptions): RunningProcess
}

export function createChildProcesses(): ChildProcesses {
  const running = new Map<ChildProcess, NodeJS.Signals>()
  const signalAll = (): void => {
    for (const [child, signal] of running) child.kill(signal)
  }
  // There may be many of us in one program: this listener is one more than Node expects.
  const listen = (): void => {
    process.setMaxListeners(process.getMaxListeners() + 1).once('exit', signalAll)
  }
  const unlisten = (): void => {
    process.setMaxListeners(process.getMaxListeners() - 1).off('exit', signalAll)
  }
  return {
    start(options) {
      const child = spawnChild(options)
      if (running.size === 0) listen()
      running.set(child, options.stopSignal)
      return watch(child, options, () => {
        running.delete(child)
        if (running.size === 0) unlisten()
      })
    },
  }
}

function spawnChild({ command, args, cwd, env, account, descriptors = [], output, recordFile }: ProcessOptions) {
  const log = typeof output === 'object' ? openSync(output.file, 'w', 0o600) : undefined
  const child = spawn(command, args, {
    cwd,
    detached: true,
    stdio: [
      'ignore',
      log ?? (output === 'pipe' ? 'pipe' : 'ignore'),
      log ?? (output === 'pipe' ? 'pipe' : 'inherit'),
      ...descriptors,
    ],
    ...(env && { env }),
    ...account,
  })
  if (recordFile !== undefined && child.pid !== undefined) recordProcess(recordFile, child.pid)
  if (log !== undefined) closeSync(log)
  return child
}

function watch(
  child: ChildProcess,
  { name, output, recordFile, stopSignal, graceMs }: ProcessOptions,
  onExit: () => void,
): RunningProcess {
  const { promise: exited, resolve } = Promise.withResolvers<Exit>()
  const end = (exit: Exit): void => {
    onExit()
    if (recordFile !== undefined) rmSync(recordFile, { force: true })
    resolve(exit)
  }
  child.once('exit', (code, signal) => end({ code, signal }))
  child.once('error', (error) => {
    const message = `${name} cannot be run: ${error.message}`
    if (typeof output === 'object') appendFileSync(output.file, message)
    else console.error(message)
    end({ code: 127, signal: null })
  })
  const hasExited = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  return {
    pid: child.pid ?? -1,
    outputs: [child.stdout, child.stderr].filter((stream): stream is Readable => stream !== null),
    exited,
    hasExited,
    async stop() {
      if (hasExited()) return
      // A paused process acts on no other signal before it continues.
      child.kill('SIGCONT')
      child.kill(stopSignal)
      const stopped = new AbortController()
      await Promise.race([exited, sleep(graceMs, stopped.signal)])
      stopped.abort()
      if (!hasExited()) child.kill('SIGKILL')
      await exited
    },
    async kill() {
      if (hasExited()) return
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The last lines of a log, for an error message; empty when the file cannot be read. */
export function lastLines(file: string, count = 3): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}
