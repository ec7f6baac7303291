import { rmSync } from 'node:fs'
import { poll } from '../sleep.ts'
import { recordedProcess } from './process-record.ts'

/**
 * Stops the process that a killed run left behind, if its record says that it still runs: with `signal`, then SIGKILL.
 * Returns whether there was one.
 */
export async function stopLeftover(recordFile: string, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const found = recordedProcess(recordFile) !== undefined
  // A paused (SIGSTOP) process acts on no other signal before it continues.
  const steps = [
    { signals: ['SIGCONT', signal] as const, waitMs: graceMs },
    { signals: ['SIGKILL'] as const, waitMs: 5000 },
  ]
  for (const { signals, waitMs } of steps) {
    const pid = recordedProcess(recordFile)
    if (pid === undefined) break
    for (const name of signals) sendSignal(pid, name)
    await poll(() => recordedProcess(recordFile) === undefined, { timeoutMs: waitMs })
  }
  rmSync(recordFile, { force: true })
  return found
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended in between.
  }
}
