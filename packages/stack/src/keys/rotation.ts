import { createEntry, type RingText } from './ring-text.ts'

/** What a ring needs next on the way from one signing key to another. */
export type Step =
  /** A new key is added behind: it verifies, and does not sign yet. */
  | { readonly does: 'add'; readonly kid: string }
  /** The newest key comes to the front. */
  | { readonly does: 'sign'; readonly kid: string }
  /** The keys that no longer sign go. */
  | { readonly does: 'drop'; readonly kids: readonly string[] }

/** Names of our own making say when they were made, so that the newest of a ring can be told. */
const MADE_AT = /^k(\d{8}T\d{6}Z)$/

/** The name of a key made now: `k20260131T235959Z`. */
export const kidOf = (now: Date): string => `k${now.toISOString().replace(/[-:]|\.\d+/g, '')}`

/** Keys with names of other people's making count as older than all of ours. */
export function nextStep({ entries }: RingText, now: Date): Step {
  const [signing, ...others] = entries.map(({ kid }) => kid)
  const newest = others
    .filter((kid) => madeAt(kid) > madeAt(signing))
    .sort((a, b) => (madeAt(a) < madeAt(b) ? 1 : -1))[0]
  if (newest !== undefined) return { does: 'sign', kid: newest }
  return others.length > 0 ? { does: 'drop', kids: others } : { does: 'add', kid: kidOf(now) }
}

export function take(step: Step, { algorithm, entries }: RingText): RingText {
  switch (step.does) {
    case 'add':
      return { algorithm, entries: [...entries, createEntry(algorithm, step.kid)] }
    case 'sign':
      return {
        algorithm,
        entries: [...entries].sort((a, b) => Number(b.kid === step.kid) - Number(a.kid === step.kid)),
      }
    case 'drop':
      return { algorithm, entries: entries.filter(({ kid }) => !step.kids.includes(kid)) }
  }
}

const madeAt = (kid = ''): string => MADE_AT.exec(kid)?.[1] ?? ''
