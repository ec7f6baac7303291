import { readFileSync } from 'node:fs'
import { hasDuplicateMembers, VISIBLE_LINE } from '@latchkey/problems'
import { BadSetting, setting } from '@latchkey/service-kit/settings'
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

export const POLICY_SETTING = 'ACCESS_POLICY_FILE'

export const policySettings = {
  accessPolicy: setting.custom({
    name: POLICY_SETTING,
    optional: true,
    description:
      'path of a JSON file with scopes and roles of one’s own, put in place at boot: `{ "version": 3, "scopes": { "payroll:read": { "description" } }, "roles": { "payroll": { "description", "scopes": [] } } }`',
    parse: readPolicyFile,
  }),
}

const Description = Type.String({ maxLength: 200, pattern: VISIBLE_LINE })

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

/** @throws {BadSetting} */
function readPolicyFile(path: string): ConfiguredPolicy {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch {
    throw new BadSetting('names a file that cannot be read')
  }
  return parsePolicy(bytes)
}

/** Faults that a message names. */
const MAX_FAULTS = 10

/** @throws {BadSetting} with the faults of the file */
function parsePolicy(bytes: Uint8Array): ConfiguredPolicy {
  const value = parseJson(bytes)
  if (!Value.Check(PolicyFile, value)) throw badFile(shapeFaults(value))
  if (hasDuplicateMembers(bytes, value)) throw badFile(['it names a member twice'])
  const { version } = value
  const scopes = Object.entries(value.scopes ?? {}).map(([name, scope]) => ({ name, ...scope }))
  const roles = Object.entries(value.roles ?? {}).map(([name, role]) => ({ name, ...role }))
  const faults = [...nameFaults({ scopes, roles })]
  if (scopes.length > MAX_OWN_SCOPES) faults.push(`it names more than ${MAX_OWN_SCOPES} scopes`)
  if (faults.length > 0) throw badFile(faults)
  return { version, scopes, roles }
}

function badFile(faults: readonly string[]): BadSetting {
  const named = faults.slice(0, MAX_FAULTS)
  if (faults.length > named.length) named.push(`and ${faults.length - named.length} more faults`)
  return new BadSetting(`names a file that is no access policy: ${named.join('; ')}`)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new BadSetting('names a file that is not JSON in UTF-8')
  }
}

const shapeFaults = (value: unknown): string[] =>
  Value.Errors(PolicyFile, value)
    // The members that are too many are named one by one.
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map(({ keyword, instancePath, message }) => `${instancePath || 'it'} ${RULES.get(keyword) ?? message}`)

const RULES: ReadonlyMap<string, string> = new Map([
  ['boolean', 'is not a member of a policy'],
  ['pattern', 'must be one line of text without control or invisible characters, and not blank'],
])

const BUILT_IN_SCOPE_NAMES = Object.keys(BUILT_IN_SCOPES)
const BUILT_IN_ROLE_NAMES = [...Object.keys(BUILT_IN_ROLES), ADMIN_ROLE]

function* nameFaults({ scopes, roles }: Omit<ConfiguredPolicy, 'version'>): Iterable<string> {
  for (const { name } of scopes) {
    if (!SCOPE_NAME.test(name)) yield `${shown(name)} is no name of a scope`
    if (BUILT_IN_SCOPE_NAMES.includes(name)) yield `the scope ${name} is built in`
  }
  for (const { name, scopes: given } of roles) {
    if (!ROLE_NAME.test(name)) yield `${shown(name)} is no name of a role`
    if (BUILT_IN_ROLE_NAMES.includes(name)) yield `the role ${name} is built in`
    for (const scope of given) {
      if (!SCOPE_NAME.test(scope)) yield `${shown(scope)}, in the role ${shown(name)}, is no name of a scope`
    }
  }
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 60))
