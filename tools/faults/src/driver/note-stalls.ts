import { clock } from '../clock.ts'
import type { HistoryWriter } from '../history/history-file.ts'
import type { Scope } from '../scope.ts'

const BEAT_MS = 20
/** Less does not matter to any promise. */
const LEAST_MS = 100

/** Takes down when this program itself got no time to run, for as long as the scope is open. */
export function noteStalls(scope: Scope, history: HistoryWriter): void {
  let last = clock()
  const heart = setInterval(() => {
    const now = clock()
    if (now - last > LEAST_MS) history.add({ kind: 'stall', start: last, end: now })
    last = now
  }, BEAT_MS)
  scope.teardown(async () => clearInterval(heart))
}
