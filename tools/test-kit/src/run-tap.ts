import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserFacingError } from '@latchkey/harness'
import { type FileReport, readTap } from './read-tap.ts'

export const root = join(import.meta.dirname, '../../..')
const tap = fileURLToPath(new URL('run.mjs', import.meta.resolve('tap')))

export type TapRun = {
  /** Files and options. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly interrupted: AbortSignal
  /** Called at the end of each test file. */
  readonly onFile: (report: FileReport) => void
}

export type TapOutcome = {
  readonly exitCode: number | null
  /** Whether less was covered than .taprc asks for. */
  readonly isBelowFloor: boolean
}

/** Aborts once somebody wants the program to end. */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => interrupted.abort())
  return interrupted.signal
}

/** Runs tap. @throws {UserFacingError} it was interrupted, or there is no such file */
export async function runTap({ args, environment, interrupted, onFile }: TapRun): Promise<TapOutcome> {
  if (interrupted.aborted) throw new UserFacingError('The tests were interrupted.')
  const child = spawn(process.execPath, [tap, 'run', '--reporter=tap', '--no-color', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
    // A process group of its own: an interrupt kills every test file at once.
    detached: true,
  })
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  interrupted.addEventListener('abort', kill)
  let anyFile = false
  const reader = readTap((report) => {
    anyFile = true
    onFile(report)
  })
  let isBelowFloor = false
  reader.on('comment', (comment: string) => {
    isBelowFloor ||= /incomplete \w+ coverage/.test(comment)
  })
  child.stdout.pipe(reader)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  interrupted.removeEventListener('abort', kill)
  if (interrupted.aborted) throw new UserFacingError('\nThe tests were interrupted.')
  if (!anyFile) throw new UserFacingError('No test file was found.')
  return { exitCode, isBelowFloor }
}
