export const SCOPES = [
  'profile',
  'employees:read',
  'employees:write',
  'users:read',
  'users:write',
  'users:disable',
  'sessions:read',
  'sessions:revoke',
  'clients:manage',
  'audit:read',
] as const

export type Scope = (typeof SCOPES)[number]
export type Role = 'user' | 'hr' | 'admin'

/** A role is a named set of scopes. Tokens carry both; services decide by scope alone. */
export const ROLES: Readonly<Record<Role, readonly Scope[]>> = {
  user: ['profile', 'employees:read'],
  hr: ['profile', 'employees:read', 'employees:write'],
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
