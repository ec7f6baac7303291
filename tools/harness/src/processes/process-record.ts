import { spawnSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * A file with the pid of a process of ours, and its start time: pids are used again after a reboot or in the next container,
 * and a foreign process must never be mistaken for ours.
 */
type ProcessRecord = { pid: number; startedAt: string }

/** When the process started, as a text to compare; undefined when no such process runs. */
function startedAt(pid: number): string | undefined {
  return process.platform === 'linux' ? startedAtOnLinux(pid) : startedAtByPs(pid)
}

function startedAtOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name is in parentheses and may contain anything; the fields after it are numbers. See proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}:${fields[19]}`
  } catch {
    return undefined
  }
}

function startedAtByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const [state, ...start] = (stdout ?? '').trim().split(/\s+/)
  return state === '' || state === undefined || state.startsWith('Z') ? undefined : start.join(' ')
}

/** Records a pid as ours. */
export function recordProcess(file: string, pid: number): void {
  writeFileSync(`${file}.new`, JSON.stringify({ pid, startedAt: startedAt(pid) ?? '' } satisfies ProcessRecord))
  renameSync(`${file}.new`, file)
}

/** The pid of the recorded process while that very process runs; undefined otherwise. */
export function recordedProcess(file: string): number | undefined {
  try {
    const { pid, startedAt: recorded } = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord
    return startedAt(pid) === recorded ? pid : undefined
  } catch {
    return undefined
  }
}

/** Claims the record for this process. Returns the pid of the owner that still runs, undefined when it is ours now. */
export function claimRecord(file: string): number | undefined {
  const mine = `${file}.${process.pid}`
  const stale = `${mine}.stale`
  recordProcess(mine, process.pid)
  try {
    for (;;) {
      if (tryTo(() => linkSync(mine, file), 'EEXIST')) return undefined
      const owner = recordedProcess(file)
      if (owner !== undefined) return owner
      // Two processes may find the same dead owner; only one of them can rename its record. If that took the other's new
      // claim, it goes back.
      if (!tryTo(() => renameSync(file, stale), 'ENOENT')) continue
      if (recordedProcess(stale) !== undefined) tryTo(() => linkSync(stale, file), 'EEXIST')
    }
  } finally {
    rmSync(mine, { force: true })
    rmSync(stale, { force: true })
  }
}

function tryTo(action: () => void, tolerated: string): boolean {
  try {
    action()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === tolerated) return false
    throw error
  }
}
