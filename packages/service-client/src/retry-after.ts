/**
 * Retry-After (RFC 9110 section 10.2.3) in milliseconds; undefined when it is missing or malformed. A date counts from the
 * sender's own `Date`, where it is given: clocks differ. Own code, since undici's RetryAgent keeps its parser to itself.
 */
export function retryAfterMs(headers: Pick<Headers, 'get'>): number | undefined {
  const text = headers.get('retry-after') ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const thenMs = parseDate(text)
  if (thenMs === undefined) return undefined
  return Math.max(0, thenMs - (parseDate(headers.get('date') ?? '') ?? Date.now()))
}

/** IMF-fixdate (RFC 9110 section 5.6.7), the one form that senders may generate. */
function parseDate(text: string): number | undefined {
  const ms = /^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
