const SECRET = /^(?:set-)?cookies?$|^(?:proxy-)?authorization$|password|secret|token$|^jwt$/i
const DEPTH = 3

/** What the pattern said of each name so far: a program has few names, and looking one up costs less than matching it. */
const verdicts = new Map<string, boolean>()
const VERDICTS_KEPT = 1000

/**
 * Second net: nothing is meant to log a secret in the first place. Covers members whose name says that they hold one;
 * pino's own redaction costs several microseconds on each line, this a fraction of one.
 */
export function redact(record: Record<string, unknown>, depth = DEPTH): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const key in record) {
    const value = record[key]
    const clean = redactMember(key, value, depth)
    if (clean === value) continue
    copy ??= { ...record }
    copy[key] = clean
  }
  return copy ?? record
}

function redactMember(key: string, value: unknown, depth: number): unknown {
  if (value === undefined || value === null) return value
  if (isSecret(key)) return '[redacted]'
  if (depth === 0) return value
  if (Array.isArray(value)) return value.map((item) => redactMember('', item, depth - 1))
  return isPlain(value) ? redact(value, depth - 1) : value
}

/** Instances of classes are the business of serializers. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function isSecret(key: string): boolean {
  const known = verdicts.get(key)
  if (known !== undefined) return known
  const verdict = SECRET.test(key)
  if (verdicts.size < VERDICTS_KEPT) verdicts.set(key, verdict)
  return verdict
}
