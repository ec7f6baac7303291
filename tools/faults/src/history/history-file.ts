import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { HistoryRecord } from './history-record.ts'

/** Appends records to a file, one JSON line each. */
export type HistoryWriter = {
  readonly file: string
  add(record: HistoryRecord): void
  close(): void
}

export function openHistory(file: string): HistoryWriter {
  const descriptor = openSync(file, 'w')
  let isOpen = true
  return {
    file,
    add(record) {
      // A call that was interrupted may end later.
      if (isOpen) writeSync(descriptor, `${JSON.stringify(record)}\n`)
    },
    close() {
      isOpen = false
      closeSync(descriptor)
    },
  }
}

/** Reads a file that {@link openHistory} wrote, sorted by start. */
export function readHistory(file: string): HistoryRecord[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HistoryRecord)
    .sort((a, b) => a.start - b.start)
}
