import { AS_READ, Text } from '@latchkey/service-kit'
import { type Static, Type } from 'typebox'
import { ROLE_NAME, SCOPE_NAME } from '../../permissions/names.ts'
import type { Role, Scope } from '../../permissions/policy.ts'

export const ScopeName = Type.String({
  pattern: SCOPE_NAME.source,
  'x-message': 'must be two words of lower-case letters and digits with a colon between, 40 characters at most',
  description: 'The name of a scope',
})

export const RoleName = Type.String({
  pattern: ROLE_NAME.source,
  'x-message': 'must be lower-case letters and digits, starting with a letter, 40 characters at most',
  description: 'The name of a role',
})

export const Description = Text()

/** Set by the service: what GET gave may be sent back whole. */
export const asReadOfPolicy = {
  builtIn: Type.Optional(Type.Boolean({ description: AS_READ })),
  configured: Type.Optional(Type.Boolean({ description: AS_READ })),
}

const members = {
  name: Type.String(),
  description: Type.String(),
  builtIn: Type.Boolean({ description: 'Comes with the product and stays as it is' }),
  configured: Type.Boolean({ description: 'Named by the access policy of the settings, which alone changes it' }),
}

export const ScopeReply = Type.Object(members)

export const RoleReply = Type.Object({ ...members, scopes: Type.Array(Type.String()) })

export const toScopeReply = ({ name, description, isBuiltIn, isConfigured }: Scope): Static<typeof ScopeReply> => ({
  name,
  description,
  builtIn: isBuiltIn,
  configured: isConfigured,
})

export const toRoleReply = ({ scopes, ...role }: Role): Static<typeof RoleReply> => ({
  ...toScopeReply(role),
  scopes: [...scopes],
})
