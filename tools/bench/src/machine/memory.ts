import { readFileSync, writeFileSync } from 'node:fs'

const MIB = 1024

/** Most memory that a process has held since {@link forgetPeak}, in MiB: proc(5), `VmHWM`. */
export function peakMemoryMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / MIB
}

/** Lets the peak start anew from what the process holds now. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
