import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Sends a signal to a process and its children, parent first: Postgres has one process per connection. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  const children = childrenOf(pid)
  for (const target of [pid, ...children]) {
    try {
      process.kill(target, signal)
    } catch {
      // It ended in between.
    }
  }
}

function childrenOf(pid: number): number[] {
  const list =
    process.platform === 'linux'
      ? readOrEmpty(`/proc/${pid}/task/${pid}/children`)
      : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout
  return list.split(/\s+/).filter(Boolean).map(Number)
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
