const SECRET = /^(?:set-)?cookies?$|^(?:proxy-)?authorization$|password|secret|token$|^jwt$/i
const DEPTH = 3
const NAMES_KEPT = 1000

/**
 * Makes pino's `formatters.log`: a copy of the fields without the values of members whose name says that they hold a secret. A
 * second net, as no code should log a secret in the first place.
 */
export function createRedact(): (fields: Record<string, unknown>) => Record<string, unknown> {
  // A program has few names, and most lines repeat them: looking one up costs less than matching it.
  const known = new Map<string, boolean>()

  function isSecret(name: string): boolean {
    const before = known.get(name)
    if (before !== undefined) return before
    const result = SECRET.test(name)
    if (known.size < NAMES_KEPT) known.set(name, result)
    return result
  }

  function redactMember(name: string, value: unknown, depth: number): unknown {
    if (value === undefined || value === null) return value
    if (isSecret(name)) return '[redacted]'
    if (depth === 0) return value
    if (Array.isArray(value)) return value.map((item) => redactMember('', item, depth - 1))
    return isPlain(value) ? redact(value, depth - 1) : value
  }

  function redact(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
    let copy: Record<string, unknown> | undefined
    for (const name in fields) {
      const value = fields[name]
      const clean = redactMember(name, value, depth)
      if (clean === value) continue
      copy ??= { ...fields }
      copy[name] = clean
    }
    return copy ?? fields
  }

  return (fields) => redact(fields, DEPTH)
}

/** Instances of classes are the business of serializers. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
