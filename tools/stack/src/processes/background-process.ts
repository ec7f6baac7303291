import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { recordProcess } from './process-record.ts'

/** The system user a process runs as. */
export type Account = { uid: number; gid: number }

export type BackgroundProcessOptions = {
  name: string
  command: string
  args: readonly string[]
  cwd: string
  env?: Record<string, string | undefined>
  account?: Account | undefined
  /** Open files handed on as descriptor 3, 4 and so on. */
  descriptors?: readonly number[]
  /** stdout and stderr go there, from the beginning at every start; 'pipe' leaves both to the caller. */
  output: { file: string } | 'pipe'
  recordFile: string
  stopSignal: NodeJS.Signals
  /** How long it may take to stop when asked, before it is killed. */
  graceMs: number
}

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export type BackgroundProcess = {
  readonly pid: number
  readonly child: ChildProcess
  readonly exited: Promise<Exit>
  hasExited(): boolean
  /** Asks it to stop, kills it when the grace is over, returns when it is gone. */
  stop(): Promise<void>
}

// Whatever ends us in a hurry (an uncaught error, process.exit) still takes the children along.
const running = new Map<ChildProcess, NodeJS.Signals>()
process.once('exit', () => {
  for (const [child, signal] of running) child.kill(signal)
})

/**
 * Starts a program in a session of its own: Ctrl-C in the terminal reaches only us, and we decide who stops when.
 * Its pid is on record from the first moment, so that the next run finds it should we be killed.
 */
export function startBackgroundProcess(options: BackgroundProcessOptions): BackgroundProcess {
  const { output, recordFile, stopSignal } = options
  const log = output === 'pipe' ? 'pipe' : openSync(output.file, 'w', 0o600)
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', log, log, ...(options.descriptors ?? [])],
    ...(options.env && { env: options.env }),
    ...options.account,
  })
  if (child.pid !== undefined) recordProcess(recordFile, child.pid)
  if (typeof log === 'number') closeSync(log)

  running.set(child, stopSignal)
  const { promise: exited, resolve } = Promise.withResolvers<Exit>()
  const settled = (): void => {
    running.delete(child)
    rmSync(recordFile, { force: true })
  }
  child.once('exit', (code, signal) => {
    settled()
    resolve({ code, signal })
  })
  child.once('error', (error) => {
    settled()
    const message = `${options.name} cannot be run: ${error.message}`
    if (output === 'pipe') console.error(message)
    else appendFileSync(output.file, message)
    resolve({ code: 127, signal: null })
  })

  const hasExited = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  return {
    pid: child.pid ?? -1,
    child,
    exited,
    hasExited,
    async stop() {
      if (hasExited()) return
      child.kill('SIGCONT')
      child.kill(stopSignal)
      const timer = new AbortController()
      const late = delay(options.graceMs, 'late', { signal: timer.signal }).catch(() => 'in time')
      if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL')
      timer.abort()
      await exited
    },
  }
}

/** The last lines a program wrote before it gave up, for the error message. */
export function lastLines(file: string, count = 3): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}
