import { createPasswordStrength, type PasswordStrength } from '../../src/users/password-strength.ts'

// Test files that run at once share the cores, and none of them gives way.
const strength = createPasswordStrength({ hasLowPriority: false })
let loaded: Promise<void> | undefined

/** Loads the dictionaries of {@link sharedStrength}. */
export function loadDictionaries(): Promise<void> {
  loaded ??= strength.load()
  return loaded
}

/**
 * The estimator of every auth-service of this process: the real one, which loads its dictionaries when the first test sets a password.
 * Most tests set none, and the dictionaries take more CPU time than the rest of a start.
 */
export const sharedStrength: PasswordStrength = {
  async isGuessable(question) {
    await loadDictionaries()
    return strength.isGuessable(question)
  },
  load: async () => {},
  // The thread ends with the process.
  close: async () => {},
}
