import { readFileSync, writeFileSync } from 'node:fs'

const MIB = 1024

/** Peak memory of a process since {@link resetPeakMemory}, in MiB: proc(5), `VmHWM`. */
export function peakMemoryMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / MIB
}

/** Resets the peak to what the process holds now. */
export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
