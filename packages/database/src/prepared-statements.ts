/** Statements that one process keeps prepared on each connection; further ones are sent as they are. */
const MAX_STATEMENTS = 200

const names = new Map<string, string>()

/**
 * Lets Postgres parse a parameterised statement once per connection instead of at each call, which halves what a small
 * query costs. Without parameters nothing is gained: those are BEGIN, COMMIT and the like.
 */
export function prepared(parameters: unknown[]): unknown[] {
  const [text, values, ...rest] = parameters
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return parameters
  let name = names.get(text)
  if (name === undefined) {
    if (names.size === MAX_STATEMENTS) return parameters
    name = `latchkey-${names.size}`
    names.set(text, name)
  }
  return [{ name, text, values }, ...rest]
}

/** A table was changed under a statement that was prepared before. The next connection prepares it anew. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '0A000' && error.message.startsWith('cached plan')
}
