import { clock } from '../history/history-record.ts'
import type { Plan } from './scenario.ts'

/** Numbers the runs of a plan from 1, one at least, and counts those that were started. */
export type RunCount = Iterable<number> & { readonly done: number }

export function countRuns({ runs, seconds }: Plan): RunCount {
  const deadline = clock() + seconds * 1000
  let done = 0
  return {
    get done() {
      return done
    },
    *[Symbol.iterator]() {
      while (done < runs && (done === 0 || clock() < deadline)) yield ++done
    },
  }
}
