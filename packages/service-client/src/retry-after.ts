/**
 * Retry-After (RFC 9110 section 10.2.3) in milliseconds; undefined when there is none or it makes no sense. A date is
 * measured by the sender's own clock where it tells it.
 */
export function retryAfterMs(headers: Pick<Headers, 'get'>): number | undefined {
  const text = headers.get('retry-after') ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const then = parseDate(text)
  if (then === undefined) return undefined
  return Math.max(0, then - (parseDate(headers.get('date') ?? '') ?? Date.now()))
}

function parseDate(text: string): number | undefined {
  const ms = /^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
