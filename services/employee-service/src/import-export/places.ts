import { commonProblems } from '@latchkey/problems'
import { createPace, type Pace, type PaceLimits } from './pace.ts'

export type FileLimits = PaceLimits & {
  /** Imports, or exports, at a time in one process. */
  readonly places: number
}

export const FILE_LIMITS: FileLimits = {
  places: 3,
  patienceMs: 10_000,
  bytesPerSecond: 32 * 1024,
  fairBytesPerSecond: 256 * 1024,
  grantedMs: 5000,
}

/** What one caller may do once at a time. */
export type FileWork = 'import' | 'export'

/** One caller's import or export while it runs. */
export type Place = Pick<Pace, 'wait' | 'move'> & {
  /** Gives the place back; may be called again. */
  leave(): void
}

/**
 * Limits imports, or exports: one per caller, and so many at a time. When all places are taken, a caller gets that of a client which keeps
 * the service waiting.
 */
export type Places = {
  /**
   * @param cut is called when the client is too slow, or gives its place to another caller. The work has to end then
   * @throws `too_many_requests` for a caller whose work is not done yet, `unavailable` when all places are taken
   */
  take(caller: string, cut: () => void): Place
}

/** Most files take less. Seconds. */
const RETRY_AFTER = 5

/** The caller has one in progress already. */
export const tooMany = (work: FileWork) =>
  new commonProblems.too_many_requests({
    detail: `You already have an ${work} in progress. Wait until it ends, or cancel it.`,
    retryAfterSeconds: RETRY_AFTER,
    rateLimit: { name: `${work}s`, quota: 1 },
  })

export function createPlaces(work: FileWork, limits: FileLimits): Places {
  const taken = new Map<string, { pace: Pace; cut: () => void }>()

  function makeRoom(): void {
    const unfair = [...taken.values()].find(({ pace }) => pace.isUnfair)
    if (unfair === undefined) {
      const detail = `The service is busy with other ${work}s. Try again later.`
      throw new commonProblems.unavailable({ detail, retryAfterSeconds: RETRY_AFTER })
    }
    unfair.cut()
  }

  return {
    take(caller, cut) {
      if (taken.has(caller)) throw tooMany(work)
      if (taken.size >= limits.places) makeRoom()
      const leave = (): void => {
        pace.stop()
        if (taken.get(caller)?.pace === pace) taken.delete(caller)
      }
      const end = (): void => {
        leave()
        cut()
      }
      const pace = createPace(limits, end)
      taken.set(caller, { pace, cut: end })
      return { wait: pace.wait, move: pace.move, leave }
    },
  }
}
