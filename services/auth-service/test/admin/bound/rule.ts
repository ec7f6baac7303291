/** What a call acts on, as the bound sees it. */
export type Act = {
  /** Any of these opens the call; the first is the one that is made for it. */
  readonly opens: readonly [string, ...string[]]
  /** The scopes that its target holds, or is invited to. */
  readonly reached: readonly string[]
  /** The scopes that it gives. */
  readonly granted: readonly string[]
  /** Whether it reaches whatever its target holds. */
  readonly isExempt: boolean
  /** The refusal of all that the bound lets pass, such as `built_in`. */
  readonly refusal?: string | undefined
}

/** `done`, or the code of the refusal. */
export type Verdict = string

/**
 * The whole bound: a caller may do it if they hold the call's scope, and every scope of what it acts on and of what it gives. Disabling
 * an account and ending its sessions ask for the call's scope alone.
 */
export function verdictOf(held: readonly string[], { opens, reached, granted, isExempt, refusal }: Act): Verdict {
  if (!opens.some((scope) => held.includes(scope))) return 'insufficient_scope'
  const asked = isExempt ? granted : [...reached, ...granted]
  if (!asked.every((scope) => held.includes(scope))) return 'exceeds_own_scopes'
  return refusal ?? 'done'
}

export const EXTENTS = ['bare', 'enough', 'short'] as const
/** `bare`: the call's scope and nothing else; `enough`: also those of target and grant; `short`: one of these is missing. */
export type Extent = (typeof EXTENTS)[number]

/** The scopes of a caller of this extent; undefined where nothing can be missing. */
export function scopesFor(extent: Extent, { opens: [own], reached, granted }: Act): readonly string[] | undefined {
  const asked = [...new Set([...reached, ...granted])].filter((scope) => scope !== own)
  if (extent === 'bare') return [own]
  if (extent === 'enough') return [own, ...asked]
  return asked.length > 0 ? [own, ...asked.slice(0, -1)] : undefined
}
