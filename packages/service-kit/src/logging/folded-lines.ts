import type { Log } from '@latchkey/problems'

type Refused = { readonly operation: string | undefined; readonly remoteAddress: string }

/** Lines of refusals that are written together, so that a flood writes little. */
export type FoldedLines = {
  /** @returns whether the refusal is counted, and needs no line of its own: another of its operation and address had one just before */
  add(refused: Refused): boolean
  /** Writes what was counted, and stops. */
  close(): void
}

const INTERVAL_MS = 10_000

/** Refusals of more addresses within an interval have lines of their own. */
const MOST_FOLDED = 1000

export function createFoldedLines(log: Pick<Log, 'info'>): FoldedLines {
  const folded = new Map<string, Refused & { count: number }>()

  function write(): void {
    for (const { count, ...refused } of folded.values()) {
      if (count > 0) log.info({ ...refused, status: 429, count, seconds: INTERVAL_MS / 1000 }, 'requests refused')
    }
    folded.clear()
  }

  const timer = setInterval(write, INTERVAL_MS)
  timer.unref()

  return {
    add({ operation, remoteAddress }) {
      const key = `${operation} ${remoteAddress}`
      const known = folded.get(key)
      if (known) known.count++
      else if (folded.size < MOST_FOLDED) folded.set(key, { operation, remoteAddress, count: 0 })
      return known !== undefined
    },

    close() {
      clearInterval(timer)
      write()
    },
  }
}
