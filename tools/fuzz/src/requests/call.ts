import type { IncomingHttpHeaders } from 'node:http'
import type { Member, Operation, ServiceName } from '../document/operation.ts'

/** One HTTP request, as its bytes are. */
export type Call = {
  readonly service: ServiceName
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** In order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer | undefined
  /** Sent over a connection of its own instead, byte by byte as it stands. */
  readonly raw?: Buffer
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** What the body says; undefined when it is no JSON. */
  readonly json: unknown
  readonly milliseconds: number
}

/** No answer: the time was up, or the connection broke. */
export type Failure = { readonly failure: 'hang' | 'broken'; readonly reason: string }

export type Credential =
  | 'none'
  /** Of a caller that may act. */
  | 'live'
  /** Forged, cut, expired, revoked or foreign. */
  | 'bad'

/** What a request means, for whoever judges the answer. */
export type Intent = {
  /** Undefined when method or address are not those of an operation. */
  readonly operation: Operation | undefined
  readonly caller: string
  readonly credential: Credential
  readonly by: 'header' | 'cookie' | 'nothing'
  /** Whether all of it is as the document asks. */
  readonly isValid: boolean
  /** Whether the scopes of the caller are enough; undefined when that depends on more. */
  readonly mayPass: boolean | undefined
  readonly sent: readonly { readonly member: Member; readonly isValid: boolean }[]
  /** Whether the token of a link or a session in the body is nearly a good one. */
  readonly hasMutatedToken: boolean
  /** What was done to it, for people. */
  readonly notes: readonly string[]
}

/** A path and query whose every character may be sent. */
export function encodeText(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    // A lone surrogate: as a careless client would send it.
    return `%ED%A0%80${encodeURIComponent(text.toWellFormed())}`
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** What means the same as these bytes and is safe for a terminal: ASCII, or JSON with everything else escaped. */
function readable(body: Buffer): string | undefined {
  const text = body.toString()
  if (/^[\t\n\r\x20-\x7e]*$/.test(text)) return text
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const escaped = text.replace(
    /[^\t\n\r\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Buffer.from(text).equals(body) ? escaped : undefined
}

/** A request to paste into a shell. */
export function toCurl({ method, target, headers, body, raw }: Call, url: string): string {
  if (raw) return `printf %s ${raw.toString('base64')} | base64 -d | nc ${new URL(url).host.replace(':', ' ')}`
  const head = headers
    .filter(([name]) => !['host', 'content-length', 'connection'].includes(name))
    .map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`)
  const text = body && readable(body)
  const data = body === undefined ? '' : text === undefined ? '--data-binary @-' : `--data-binary ${quote(text)}`
  const input = body === undefined || text !== undefined ? '' : `printf %s ${body.toString('base64')} | base64 -d | `
  return `${input}curl -si --path-as-is -X ${method} ${quote(`${url}${target}`)} ${[...head, data].join(' ')}`.trim()
}
