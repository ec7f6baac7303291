export const SCOPES = [
  'profile',
  'employees:read',
  'employees:write',
  'employees:link',
  'users:read',
  'users:write',
  'users:invite',
  'users:disable',
  'sessions:read',
  'sessions:revoke',
  'clients:manage',
  'roles:manage',
  'audit:read',
  'tokens:introspect',
] as const

export type Scope = (typeof SCOPES)[number]
export type Role = 'user' | 'staff' | 'hr' | 'admin'

/** A role is a named set of scopes. Tokens carry both; services decide by scope alone. */
export const ROLES: Readonly<Record<Role, readonly Scope[]>> = {
  user: ['profile'],
  staff: ['profile', 'employees:read'],
  hr: ['profile', 'employees:read', 'employees:write', 'users:invite'],
  admin: SCOPES,
}

/** The scopes that these roles give together, each once, in the order of {@link SCOPES}. Unknown roles give none. */
export function scopesOfRoles(roles: readonly string[]): Scope[] {
  const given = new Set(roles.filter(isRole).flatMap((role) => ROLES[role]))
  return SCOPES.filter((scope) => given.has(scope))
}

function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name)
}
