import { clock } from '../clock.ts'
import type { Plan } from './scenario.ts'

/** Numbers the runs of a plan from 1 (there is one, however late it is), and remembers how many there were. */
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
