import { readFileSync } from 'node:fs'
import { setting } from '@latchkey/service-kit/settings'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { ADMIN_ROLE, BUILT_IN_ROLES, BUILT_IN_SCOPES } from './built-in.ts'
import { ROLE_NAME, SCOPE_NAME } from './names.ts'
import { MAX_OWN_SCOPES } from './policy-bounds.ts'

/** Scopes and roles of a company's own, as a file has them. */
export type ConfiguredPolicy = {
  /** Of the file, at least 1: a higher one wins. */
  readonly version: number
  readonly scopes: readonly { readonly name: string; readonly description: string }[]
  readonly roles: readonly { readonly name: string; readonly description: string; readonly scopes: readonly string[] }[]
}

export const policySettings = {
  accessPolicy: setting.custom({
    name: 'ACCESS_POLICY_FILE',
    optional: true,
    description:
      'path of a JSON file with scopes and roles of one’s own, put in place at boot: `{ "version": 3, "scopes": { "payroll:read": { "description" } }, "roles": { "payroll": { "description", "scopes": [] } } }`',
    parse: readPolicyFile,
  }),
}

const Description = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\p{Cc}]*$' })

const PolicyFile = Type.Object(
  {
    version: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
    scopes: Type.Optional(
      Type.Record(Type.String(), Type.Object({ description: Description }, { additionalProperties: false })),
    ),
    roles: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          { description: Description, scopes: Type.Array(Type.String(), { uniqueItems: true }) },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
)

/** @throws an Error that ends a sentence */
function readPolicyFile(path: string): ConfiguredPolicy {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new Error('names a file that cannot be read')
  }
  return parsePolicy(text)
}

/** @throws an Error that ends a sentence */
export function parsePolicy(text: string): ConfiguredPolicy {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('names a file that is not JSON')
  }
  if (!Value.Check(PolicyFile, value)) {
    const [fault] = Value.Errors(PolicyFile, value)
    throw new Error(`names a file that is no access policy: ${fault?.instancePath || '/'} ${fault?.message ?? ''}`)
  }
  const { version, scopes = {}, roles = {} } = value
  assertNames('scope', Object.keys(scopes), { pattern: SCOPE_NAME, builtIn: Object.keys(BUILT_IN_SCOPES) })
  assertNames('role', Object.keys(roles), { pattern: ROLE_NAME, builtIn: [...Object.keys(BUILT_IN_ROLES), ADMIN_ROLE] })
  if (Object.keys(scopes).length > MAX_OWN_SCOPES) throw new Error(`names more than ${MAX_OWN_SCOPES} scopes`)
  return {
    version,
    scopes: Object.entries(scopes).map(([name, scope]) => ({ name, ...scope })),
    roles: Object.entries(roles).map(([name, role]) => ({ name, ...role })),
  }
}

type NameRule = { readonly pattern: RegExp; readonly builtIn: readonly string[] }

function assertNames(kind: string, names: readonly string[], { pattern, builtIn }: NameRule): void {
  for (const name of names) {
    if (!pattern.test(name)) throw new Error(`has a bad name of a ${kind}: ${JSON.stringify(name.slice(0, 60))}`)
    if (builtIn.includes(name)) throw new Error(`names the ${kind} ${name}, which is built in`)
  }
}
