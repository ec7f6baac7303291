import type { Exit } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 15_000
/** A program that ran this long is stable: after its next exit the delay is the shortest again. */
const STEADY_MS = 30_000

export type Running = { readonly ended: Promise<Exit>; stop(): Promise<void> }

export type KeepRunningOptions = {
  name: string
  first: Running
  restart: () => Running | Promise<Running>
  report: (line: string) => void
  /** Called after every exit that we did not cause; false ends the watch. */
  mayRestart?: (exit: Exit) => boolean
}

/** Restarts a program whenever it exits, after a delay that doubles with every exit in a row. */
export function keepRunning({ name, first, restart, report, mayRestart }: KeepRunningOptions): {
  stop(): Promise<void>
} {
  const stopping = new AbortController()
  const { signal } = stopping
  let current = first
  let delayMs = FIRST_DELAY_MS

  const watchOnce = async (): Promise<boolean> => {
    const since = Date.now()
    const exit = await current.ended
    if (signal.aborted || mayRestart?.(exit) === false) return false
    if (Date.now() - since > STEADY_MS) delayMs = FIRST_DELAY_MS
    report(`${name} ended (${describeExit(exit)}); starting it again in ${delayMs / 1000} s`)
    return true
  }
  const startAgain = async (): Promise<void> => {
    for (;;) {
      await sleep(delayMs, signal)
      if (signal.aborted) return
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
      try {
        current = await restart()
        if (signal.aborted) await current.stop()
        return
      } catch (error) {
        report(`${name} did not start: ${(error as Error).message}; trying again in ${delayMs / 1000} s`)
      }
    }
  }
  const watch = async (): Promise<void> => {
    while (await watchOnce()) await startAgain()
  }
  const watched = watch()
  return {
    async stop() {
      stopping.abort()
      await current.stop()
      await watched
    },
  }
}

const describeExit = ({ code, signal }: Exit): string => (signal === null ? `exit code ${code}` : signal)
