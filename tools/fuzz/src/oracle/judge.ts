import { neededFor } from '../callers/needed-scopes.ts'
import type { Validators } from '../document/validators.ts'
import type { Answer, Call, Intent } from '../requests/call.ts'
import { documentFindings } from './document.ts'
import type { Finding } from './finding.ts'
import { KNOWN_CODES, OAUTH_CODES } from './known-codes.ts'

const HEADERS: Readonly<Record<string, RegExp>> = {
  'x-request-id': /^[\x21-\x7e]{1,128}$/,
  'strict-transport-security': /max-age=\d{8}/,
  'x-content-type-options': /^nosniff$/,
  'content-security-policy': /default-src 'none'/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-resource-policy': /./,
  'cache-control': /./,
}

/** What comes from our side of the wall: stacks, files, queries, codes of libraries. */
const INSIDE =
  /\bat .{1,80}:\d+:\d+|node_modules|file:\/\/|\/src\/|\.ts\b|\bselect\b.+\bfrom\b|insert into|SQLSTATE|violates|relation "|syntax error|FST_|ERR_[A-Z]|ECONN|EPIPE|WRONGTYPE|NOSCRIPT|ReplyError|kysely|ioredis|pg-boss|\bundefined\b|\[object /i

/** Where a token that is nearly a good one must not do what the good one does. */
const TAKE_TOKENS: ReadonlySet<string> = new Set([
  'POST /auth/refresh',
  'POST /auth/invitations/accept',
  'POST /auth/verification/confirm',
  'POST /auth/verification/decline',
  'POST /auth/password/reset',
  'POST /auth/email/confirm',
  'POST /auth/email/undo',
])

/** Everything that is wrong with an answer; nothing of it may ever be. */
export function judge(
  call: Call,
  { status, headers, text, json }: Answer,
  intent: Intent,
  validators: Validators,
): Finding[] {
  const findings: Finding[] = []
  const find = (kind: string, detail: string): void => void findings.push({ kind, detail })

  for (const [name, form] of Object.entries(HEADERS)) {
    if (!form.test(String(headers[name] ?? ''))) find(`header ${name}`, `is ${headers[name]}`)
  }
  if ('x-powered-by' in headers || 'server' in headers) find('header of the software', JSON.stringify(headers))
  const isHead = call.method === 'HEAD'
  if (status >= 400 && !isHead) judgeError()
  if (status >= 500 && !(status === 503 && (isHead || isUnavailable()))) find(`status ${status}`, text.slice(0, 300))
  if (status === 429 && headers['retry-after'] === undefined) find('429 without Retry-After', text)
  if (status < 200 || (status >= 300 && status < 400 && status !== 304 && !isDocsPage()))
    find(`status ${status}`, text.slice(0, 300))
  judgePermission()
  if (intent.operation && !isHead && !call.raw)
    findings.push(...documentFindings(intent.operation, { status, headers, text, json }, validators))
  return findings

  function isDocsPage(): boolean {
    return call.target.startsWith('/docs') || call.target.startsWith('/console')
  }

  function isUnavailable(): boolean {
    const { code, error, status: health } = (json ?? {}) as { code?: string; error?: string; status?: unknown }
    if (typeof health === 'string') return call.target.startsWith('/health/ready')
    return headers['retry-after'] !== undefined && (code === 'unavailable' || error === 'temporarily_unavailable')
  }

  function judgeError(): void {
    const type = String(headers['content-type'])
    const { code, error, requestId } = (json ?? {}) as { code?: string; error?: string; requestId?: string }
    if (type.startsWith('application/problem+json')) {
      if (!KNOWN_CODES.has(`${status} ${code}`) && status !== 500) find('unknown code', `${status} ${code}`)
      if (requestId !== headers['x-request-id'])
        find('request id of the body', `${requestId}, not ${headers['x-request-id']}`)
    } else if (/^(\/[^/?]*)?\/oauth\//.test(call.target)) {
      if (!OAUTH_CODES.has(error ?? '') && status !== 500) find('unknown code', `${status} ${error}`)
    } else if (!call.target.startsWith('/health/ready'))
      find('form of an error', `${status} ${type} ${text.slice(0, 200)}`)
    if (INSIDE.test(text)) find('the inside shows', text.slice(0, 300))
    if (
      status === 401 &&
      !call.target.startsWith('/auth/') &&
      !/^(Bearer|Basic)/.test(String(headers['www-authenticate']))
    ) {
      find('401 without WWW-Authenticate', text)
    }
  }

  function judgePermission(): void {
    const { operation, credential, mayPass } = intent
    if (!operation || status >= 300) return
    if (intent.hasMutatedToken && TAKE_TOKENS.has(operation.key)) find('a mutated token was taken', text.slice(0, 200))
    const needed = neededFor(operation.key)
    if (needed !== 'anyone' && credential !== 'live')
      find('answered without a live token', `${intent.notes.join(', ')}: ${text.slice(0, 200)}`)
    if (credential === 'live' && mayPass === false)
      find('answered beyond the scopes', `${intent.caller}: ${text.slice(0, 200)}`)
  }
}
