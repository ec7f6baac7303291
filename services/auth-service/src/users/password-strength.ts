import { extname } from 'node:path'
import { Piscina } from 'piscina'
import type { StrengthQuestion } from './password-strength-worker.ts'

/** Estimates how hard passwords are to guess. */
export type PasswordStrength = {
  /** Whether someone who knows the words of the question guesses the password. */
  isGuessable(question: StrengthQuestion): Promise<boolean>
  /** Loads the dictionaries, so that the first question need not wait for it. They take about a second of CPU time. */
  load(): Promise<void>
  close(): Promise<void>
}

/**
 * Estimating takes CPU, so it has a thread of its own. One for all: the dictionaries of a second one for strangers would take as much
 * memory again, and on a busy machine both would share a core. As others come first, a stranger costs them the rest of one estimate at
 * most.
 *
 * @param options.hasLowPriority whether requests come before it; they do unless given
 */
export function createPasswordStrength({ hasLowPriority = true } = {}): PasswordStrength {
  const thread = new Piscina<StrengthQuestion, boolean>({
    filename: new URL(`./password-strength-worker${extname(import.meta.filename)}`, import.meta.url).href,
    workerData: { hasLowPriority },
    minThreads: 0,
    maxThreads: 1,
    // Once started it stays.
    idleTimeout: Number.POSITIVE_INFINITY,
  })
  return {
    isGuessable: (question) => thread.run(question),
    load: async () => void (await thread.run({ password: 'warm up', words: [] })),
    close: () => thread.close({ force: true }),
  }
}
