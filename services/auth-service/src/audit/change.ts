import { isDeepStrictEqual } from 'node:util'

/** The same members before and after a change; those that `after` leaves out have stayed as they were. */
export type Change<Values> = { readonly before: Values; readonly after: Values }

/** What has changed: the names of the members, and these members alone before and after. */
export type Difference = {
  readonly names: readonly string[]
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

/** The difference that a change has made, or none. */
export function changed<Values extends object>({ before, after }: Change<Values>): Difference[] {
  const old = new Map(Object.entries(before))
  const different = Object.entries(after).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(old.get(name), value),
  )
  if (different.length === 0) return []
  const names = different.map(([name]) => name)
  return [
    {
      names,
      before: Object.fromEntries(names.map((name) => [name, old.get(name) ?? null])),
      after: Object.fromEntries(different),
    },
  ]
}
