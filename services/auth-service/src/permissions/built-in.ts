/** The scopes that the product's own services ask for, and what each opens. */
export const BUILT_IN_SCOPES = {
  profile: 'One’s own account and employee record',
  'employees:read': 'Read employees',
  'employees:write': 'Change, import, export, terminate and delete employees',
  'employees:link': 'Link employees and accounts, and withdraw a failed offboarding',
  'users:read': 'Read accounts',
  'users:write': 'Change, reset and erase accounts',
  'users:invite': 'Invite people',
  'users:disable': 'Disable accounts',
  'sessions:read': 'Read the devices of others',
  'sessions:revoke': 'Sign others out',
  'clients:manage': 'Manage service clients, and revoke signing keys',
  'roles:manage': 'Manage scopes and roles',
  'audit:read': 'Read the audit trail',
  'tokens:introspect': 'Ask what an access token is worth',
} as const

type BuiltInScope = keyof typeof BUILT_IN_SCOPES

type BuiltInRole = { readonly description: string; readonly scopes: readonly BuiltInScope[] }

const user: BuiltInScope[] = ['profile']
const staff: BuiltInScope[] = [...user, 'employees:read']
const hr: BuiltInScope[] = [...staff, 'employees:write', 'users:invite']

export const BUILT_IN_ROLES = {
  user: { description: 'Has an account', scopes: user },
  staff: { description: 'Belongs to the company', scopes: staff },
  hr: { description: 'Keeps the employees', scopes: hr },
} as const satisfies Record<string, BuiltInRole>

/** The built-in role that holds every scope, own ones as they come. */
export const ADMIN_ROLE = 'admin'
export const ADMIN_DESCRIPTION = 'May do everything'
