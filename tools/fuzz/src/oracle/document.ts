import type { Operation } from '../document/operation.ts'
import type { Validators } from '../document/validators.ts'
import type { Answer } from '../requests/call.ts'
import type { Finding } from './finding.ts'
import { EDGE_CODES } from './known-codes.ts'

type Seen = Pick<Answer, 'status' | 'headers' | 'text' | 'json'>

/** Where an answer is none of those that the document of its operation describes. */
export function documentFindings(
  { responses }: Operation,
  { status, headers, text, json }: Seen,
  validators: Validators,
): Finding[] {
  const own = responses.get(String(status))
  // `default` is what the edge may answer at any address; what an operation decides is described by its own status.
  const { code } = (json ?? {}) as { code?: string }
  const described =
    own ?? (EDGE_CODES.has(`${status} ${code}`) || status === 204 ? responses.get('default') : undefined)
  if (described === undefined) return [{ kind: `undocumented status ${status}`, detail: text.slice(0, 200) }]
  if (described.size === 0 || status === 304) return []
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
  const schema = described.get(type)
  if (schema === undefined)
    return [{ kind: `undocumented media type of ${status}`, detail: `${type}, not ${[...described.keys()]}` }]
  if (!type.endsWith('json')) return []
  const fault = validators.faultOf(schema, json)
  return fault === undefined
    ? []
    : [{ kind: `answer of ${status} is not as documented`, detail: `${fault}: ${text.slice(0, 300)}` }]
}
