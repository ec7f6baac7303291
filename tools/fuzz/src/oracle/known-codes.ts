import { problems as authProblems } from '@latchkey/auth-service/errors'
import { problems as employeeProblems } from '@latchkey/employee-service/errors'
import { accessProblems } from '@latchkey/resource-server'
import { edgeProblems } from '@latchkey/service-kit'

type Listed = { readonly code: string; readonly status: number }

const pairsOf = (problems: Iterable<Listed>): string[] => [...problems].map(({ status, code }) => `${status} ${code}`)

/** What any address may answer, whatever is there: the edge gives it, before the operation is asked. */
export const EDGE_CODES: ReadonlySet<string> = new Set(pairsOf(Object.values(edgeProblems)))

/** Every status and code of docs/errors.md, which is made of the same registries. */
export const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...EDGE_CODES,
  ...pairsOf(accessProblems),
  ...pairsOf(Object.values(authProblems)),
  ...pairsOf(Object.values(employeeProblems)),
])

/** Codes of RFC 6749, 6750, 7009 under /oauth. */
export const OAUTH_CODES: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'insufficient_scope',
  'temporarily_unavailable',
])
