import type { Aftermath, History } from '../history.ts'
import type { VerifierView } from '../verifier-view.ts'

/** Something that must hold of every history. Returns what does not, in words. */
export type Rule = (history: History, aftermath: Aftermath, verifier: VerifierView) => string[]
