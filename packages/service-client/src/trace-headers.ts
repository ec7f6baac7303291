/** A Fastify request is one; so is `{ headers: { traceparent } }` of a job. */
export type CallContext = {
  /** Sent as X-Request-Id; it takes precedence over a header of that name. */
  readonly id?: string
  /** As Node has them: names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
}

const saneId = /^[A-Za-z0-9._-]{1,128}$/
// W3C Trace Context, section 3.2.2: later versions may add fields; version ff and ids of zeros are invalid.
const traceparentPattern =
  /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]{0,200})?$/
const tracestatePattern = /^[\x20-\x7e\t]{1,2048}$/

/**
 * What is sent along of the incoming request: its id, and `traceparent` and `tracestate` unchanged (W3C Trace Context, section 4.3:
 * this process is a pass-through). Malformed values are left out.
 */
export function traceHeaders({ id, headers = {} }: CallContext = {}): [name: string, value: string][] {
  const fields: [string, string][] = []
  const requestId = [id, joined(headers['x-request-id'])].find((each) => each !== undefined && saneId.test(each))
  if (requestId !== undefined) fields.push(['x-request-id', requestId])
  const traceparent = joined(headers.traceparent)
  if (traceparent === undefined || !traceparentPattern.test(traceparent)) return fields
  fields.push(['traceparent', traceparent])
  const tracestate = joined(headers.tracestate)
  if (tracestate !== undefined && tracestatePattern.test(tracestate)) fields.push(['tracestate', tracestate])
  return fields
}

function joined(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(',') : value
}
