import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { recordedProcess } from './process-record.ts'

/**
 * Ends the process that a killed run left behind, if its record says that it still runs: first asks, then insists.
 * Returns whether there was one.
 */
export async function stopLeftover(recordFile: string, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const found = recordedProcess(recordFile) !== undefined
  // A stopped (SIGSTOP) process acts on no other signal before it goes on.
  const steps = [
    { signals: ['SIGCONT', signal] as const, waitMs: graceMs },
    { signals: ['SIGKILL'] as const, waitMs: 5000 },
  ]
  for (const { signals, waitMs } of steps) {
    const pid = recordedProcess(recordFile)
    if (pid === undefined) break
    for (const name of signals) sendSignal(pid, name)
    const deadline = Date.now() + waitMs
    while (recordedProcess(recordFile) !== undefined && Date.now() < deadline) await delay(20)
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
