import type { Scope } from '@latchkey/harness'
import type { HistoryWriter } from '../history/history-file.ts'
import { clock } from '../history/history-record.ts'

const INTERVAL_MS = 20
/** A shorter stall matters to no bound. */
const LEAST_MS = 100

/** Records when the event loop of this program was stalled, until the scope is closed. */
export function recordStalls(scope: Scope, history: HistoryWriter): void {
  let last = clock()
  const timer = setInterval(() => {
    const now = clock()
    if (now - last > LEAST_MS) history.add({ kind: 'stall', start: last, end: now })
    last = now
  }, INTERVAL_MS)
  scope.teardown(async () => clearInterval(timer))
}
