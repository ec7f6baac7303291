/** Whom an operation is for: `anyone`, a signed-in `user`, or whoever has all scopes of one of these lists. */
export type Needed = 'anyone' | 'user' | readonly string[]

/**
 * Who may call what, by the documents' words for the operations. Written down here once more, because what the services themselves
 * say about it is what is tested. An operation that is not listed is for anyone.
 */
const NEEDED: Readonly<Record<string, Needed>> = {
  'GET /admin/users': ['users:read', 'users:invite'],
  'GET /admin/users/{userId}': ['users:read', 'users:invite'],
  'GET /admin/invitations': ['users:read', 'users:invite'],
  'POST /admin/users': ['users:invite'],
  'POST /admin/users/{userId}/invitation': ['users:invite'],
  'DELETE /admin/users/{userId}/invitation': ['users:invite'],
  'PATCH /admin/users/{userId}': ['users:write', 'users:disable'],
  'DELETE /admin/users/{userId}': ['users:write'],
  'POST /admin/users/{userId}/password-reset': ['users:write'],
  'GET /admin/users/{userId}/sessions': ['sessions:read'],
  'DELETE /admin/users/{userId}/sessions': ['sessions:revoke'],
  'DELETE /admin/users/{userId}/sessions/{deviceId}': ['sessions:revoke'],
  'GET /admin/clients': ['clients:manage'],
  'POST /admin/clients': ['clients:manage'],
  'PATCH /admin/clients/{clientId}': ['clients:manage'],
  'DELETE /admin/clients/{clientId}': ['clients:manage'],
  'POST /admin/clients/{clientId}/secrets': ['clients:manage'],
  'DELETE /admin/clients/{clientId}/secrets/{secretId}': ['clients:manage'],
  'DELETE /admin/keys/{kid}': ['clients:manage'],
  'GET /admin/scopes': ['roles:manage'],
  'GET /admin/scopes/{name}': ['roles:manage'],
  'PUT /admin/scopes/{name}': ['roles:manage'],
  'DELETE /admin/scopes/{name}': ['roles:manage'],
  'GET /admin/roles': ['roles:manage'],
  'GET /admin/roles/{name}': ['roles:manage'],
  'PUT /admin/roles/{name}': ['roles:manage'],
  'DELETE /admin/roles/{name}': ['roles:manage'],
  'GET /admin/audit': ['audit:read'],
  'POST /auth/verification': 'user',
  'POST /auth/password': 'user',
  'POST /auth/email': 'user',
  'POST /auth/logout-all': 'user',
  'GET /auth/me': 'user',
  'PATCH /auth/me': 'user',
  'GET /auth/sessions': 'user',
  'DELETE /auth/sessions': 'user',
  'DELETE /auth/sessions/{deviceId}': 'user',
  'GET /employees/me': 'user',
  'GET /employees': ['employees:read'],
  'GET /employees/{id}': ['employees:read'],
  'POST /employees': ['employees:write'],
  'PUT /employees/{id}': ['employees:write'],
  'PATCH /employees/{id}': ['employees:write'],
  'DELETE /employees/{id}': ['employees:write'],
  'GET /employees/{id}/history': ['employees:write'],
  'GET /employees/export': ['employees:write'],
  'POST /employees/import': ['employees:write'],
  'GET /employees/{id}/invitation': ['employees:write'],
  'POST /employees/{id}/invitation': ['employees:write users:invite'],
  'GET /employees/{id}/offboarding': ['employees:write'],
  'DELETE /employees/{id}/offboarding': ['employees:link'],
  'POST /employees/{id}/termination': ['employees:write'],
  'POST /employees/{id}/offboarding/retry': ['employees:write'],
}

export const neededFor = (operationKey: string): Needed => NEEDED[operationKey] ?? 'anyone'

type Holder = { readonly kind: 'anonymous' | 'user' | 'client'; readonly scopes: ReadonlySet<string> }

/** Whether a caller's live credentials open this operation. */
export function mayCall(operationKey: string, { kind, scopes }: Holder): boolean {
  const needed = neededFor(operationKey)
  if (needed === 'anyone') return true
  if (kind === 'anonymous') return false
  if (needed === 'user') return kind === 'user'
  return needed.some((list) => list.split(' ').every((scope) => scopes.has(scope)))
}

/**
 * Whether this caller is refused, though its scopes open the operation: nobody deletes a scope that they do not hold, and the
 * clients of a run hold none but built-in ones.
 */
export const isBeyond = (operationKey: string, { kind }: Holder): boolean =>
  operationKey === 'DELETE /admin/scopes/{name}' && kind === 'client'

/** Operations that the list names and no document has. */
export const unknownOperations = (keys: ReadonlySet<string>): string[] =>
  Object.keys(NEEDED).filter((key) => !keys.has(key))
