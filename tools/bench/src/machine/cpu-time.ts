import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100

const toMs = (ticks: number): number => (ticks * 1000) / TICKS_PER_SECOND

/** CPU time of a process so far, all threads included, in milliseconds and steps of ten: proc(5), `stat`. */
export function cpuTimeMs(pid: number): number {
  const fields = statFields(pid)
  return toMs(Number(fields[11]) + Number(fields[12]))
}

/** The same for all its child processes that have ended. Postgres has one for each connection. */
export function endedChildrenCpuTimeMs(pid: number): number {
  const fields = statFields(pid)
  return toMs(Number(fields[13]) + Number(fields[14]))
}

function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The command name is in parentheses and may contain anything; the fields after it are numbers.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** How long a core has been busy so far, in milliseconds, whichever program used it; other guests of the host included. */
export function coreTimeMs(core: string): number {
  const line = readFileSync('/proc/stat', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`cpu${core} `))
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line ?? '')
    .split(' ')
    .slice(1)
    .map(Number)
  return toMs(user + nice + system + irq + softirq + steal)
}
