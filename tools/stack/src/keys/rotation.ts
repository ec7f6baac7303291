import { createEntry, type RingText } from './ring-text.ts'

/** The next step of a change from one signing key to another. */
export type Step =
  /** Adds a key at the end: it verifies, and does not sign yet. */
  | { readonly does: 'add'; readonly kid: string }
  /** Moves the added key to the front. */
  | { readonly does: 'sign'; readonly kid: string }
  /** Removes the keys that no longer sign. */
  | { readonly does: 'drop'; readonly kids: readonly string[] }

/**
 * @param added the key that does not sign yet, as noted when it was added; every other key behind the first has signed before
 */
export function nextStep(ring: RingText, added: string | undefined, now: Date): Step {
  const [, ...others] = ring.entries.map(({ kid }) => kid)
  if (added !== undefined && others.includes(added)) return { does: 'sign', kid: added }
  return others.length > 0 ? { does: 'drop', kids: others } : { does: 'add', kid: newKid(ring, now) }
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

/** A name that no key of the ring has, with the time: `k20260131T235959Z`. */
export function newKid({ entries }: Pick<RingText, 'entries'>, now: Date): string {
  const name = `k${now.toISOString().replace(/[-:]|\.\d+/g, '')}`
  const taken = new Set(entries.map(({ kid }) => kid))
  for (let n = 2, kid = name; ; n++) {
    if (!taken.has(kid)) return kid
    kid = `${name}-${n}`
  }
}
