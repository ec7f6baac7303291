import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { SettingsError } from '@latchkey/service-kit/settings'
import { testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { configOf } from '../support/auth-service.ts'
import { policyFiles } from '../support/policy-files.ts'

const environment = await testEnvironment(t)
const write = policyFiles(t)

function faultsOf(file: string, variables: Record<string, string> = {}): string[] {
  try {
    configOf(environment, { ACCESS_POLICY_FILE: file, ...variables })
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(({ name, message }) => `${name} ${message}`)
    throw error
  }
}

const description = 'For tests'
const scopes = { 'payroll:read': { description } }
const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`a:n${n}`, { description }]))
const role = (name: string, ...given: unknown[]) => ({
  version: 1,
  scopes,
  roles: { [name]: { description, scopes: given } },
})
const scope = (name: string) => ({ version: 1, scopes: { [name]: { description } } })

const NO_POLICY = 'names a file that is no access policy: '
const bad: [what: string, content: unknown, fault: string | RegExp][] = [
  ['is empty', '', 'names a file that is not JSON in UTF-8'],
  ['is not JSON', '{ version: 1 }', 'names a file that is not JSON in UTF-8'],
  ['has a NUL', '{"version":1}\0', 'names a file that is not JSON in UTF-8'],
  [
    'is Latin-1',
    Buffer.from('{"version":1,"scopes":{"a:b":{"description":"é"}}}', 'latin1'),
    'names a file that is not JSON in UTF-8',
  ],
  ['is no object', [], `${NO_POLICY}it must be object`],
  ['has no version', { scopes }, `${NO_POLICY}it must have required properties version`],
  ['has a version of text', { version: '1' }, `${NO_POLICY}/version must be integer`],
  ['has the version 0', { version: 0 }, `${NO_POLICY}/version must be >= 1`],
  ['has a version that no column holds', { version: 2 ** 31 }, `${NO_POLICY}/version must be <= 2147483647`],
  ['has a member too many', { version: 1, rules: {} }, `${NO_POLICY}/rules is not a member of a policy`],
  [
    'has a scope without a description',
    { version: 1, scopes: { 'a:b': {} } },
    /\/scopes\/a:b must have required properties description$/,
  ],
  [
    'has a description with a NUL',
    { version: 1, scopes: { 'a:b': { description: 'a\0b' } } },
    /\/scopes\/a:b\/description must be one line of text/,
  ],
  [
    'has a description of nothing',
    { version: 1, scopes: { 'a:b': { description: ' ' } } },
    /\/scopes\/a:b\/description must be one line of text/,
  ],
  [
    'has half of a surrogate pair',
    '{"version":1,"scopes":{"a:b":{"description":"\\ud83d"}}}',
    /\/scopes\/a:b\/description must be one line of text/,
  ],
  [
    'has a description that is too long',
    { version: 1, scopes: { 'a:b': { description: 'x'.repeat(201) } } },
    /must not have more than 200 characters$/,
  ],
  [
    'has a role without scopes',
    { version: 1, roles: { clerk: { description } } },
    /\/roles\/clerk must have required properties scopes$/,
  ],
  ['has a scope that is a number', role('clerk', 7), /\/roles\/clerk\/scopes\/0 must be string$/],
  [
    'repeats a scope of a role',
    role('clerk', 'payroll:read', 'payroll:read'),
    /\/roles\/clerk\/scopes must not have duplicate items$/,
  ],
  [
    'names a role twice',
    '{"version":1,"roles":{"a":{"description":"x","scopes":[]},"\\u0061":{"description":"x","scopes":["audit:read"]}}}',
    `${NO_POLICY}it names a member twice`,
  ],
  ['names its version twice', '{"version":1,"version":2}', `${NO_POLICY}it names a member twice`],
  ['names a scope that is built in', scope('audit:read'), `${NO_POLICY}the scope audit:read is built in`],
  ['names the scope of one word', scope('profile'), `${NO_POLICY}the scope profile is built in`],
  ['names a role that is built in', role('hr'), `${NO_POLICY}the role hr is built in`],
  ['names the role of administrators', role('admin'), `${NO_POLICY}the role admin is built in`],
  ['names a scope badly', scope('Payroll'), `${NO_POLICY}"Payroll" is no name of a scope`],
  ['names a scope with a line end', scope('a:b\n'), `${NO_POLICY}"a:b\\n" is no name of a scope`],
  ['names a scope with 41 characters', scope(`a:${'b'.repeat(39)}`), / is no name of a scope$/],
  [
    'names a scope like what objects have',
    '{"version":1,"scopes":{"__proto__":{"description":"x"}}}',
    `${NO_POLICY}"__proto__" is no name of a scope`,
  ],
  ['names a role badly', role('Clerk'), `${NO_POLICY}"Clerk" is no name of a role`],
  ['names a role with 41 characters', role('c'.repeat(41)), / is no name of a role$/],
  [
    'gives what is no name of a scope',
    role('clerk', 'payroll'),
    `${NO_POLICY}"payroll", in the role "clerk", is no name of a scope`,
  ],
  ['names 65 scopes', { version: 1, scopes: many }, `${NO_POLICY}it names more than 64 scopes`],
]

for (const [what, content, fault] of bad) {
  t.test(`a policy file that ${what} is a fault of the setting`, async (t) => {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array
    const faults = faultsOf(write(isRaw ? content : JSON.stringify(content)))
    t.equal(faults.length, 1)
    t.match(faults[0]?.replace(/^ACCESS_POLICY_FILE /, ''), fault)
  })
}

t.test('a policy file that is not there, or is a directory, is a fault of the setting', async (t) => {
  const nowhere = join(t.testdir({}), 'nowhere.json')
  for (const file of [nowhere, import.meta.dirname]) {
    t.same(faultsOf(file), ['ACCESS_POLICY_FILE names a file that cannot be read'])
  }
})

t.test('all faults of a file are named at once, up to ten', async (t) => {
  const two = { version: 1, scopes: { A: { description } }, roles: { hr: { description, scopes: [] } } }
  t.same(faultsOf(write(JSON.stringify(two))), [
    `ACCESS_POLICY_FILE ${NO_POLICY}"A" is no name of a scope; the role hr is built in`,
  ])
  const twelve = { version: 1, scopes: Object.fromEntries([...'ABCDEFGHIJKL'].map((name) => [name, { description }])) }
  t.match(faultsOf(write(JSON.stringify(twelve))), [/"J" is no name of a scope; and 2 more faults$/])
})

t.test('64 scopes, text in any language and a mark at the front of the file are no fault', async (t) => {
  const { 'a:n64': _, ...enough } = many
  t.same(faultsOf(write(JSON.stringify({ version: 1, scopes: enough }))), [])
  const greek = { version: 2 ** 31 - 1, scopes: { 'a:b': { description: 'Μισθοδοσία 👩🏽‍💻' } } }
  t.same(faultsOf(write(`\ufeff${JSON.stringify(greek)}`)), [])
  t.same(faultsOf(write('{"version":1}')), [])
})

/** Runs auth-service until it ends by itself. */
async function runToItsEnd(variables: Record<string, string>) {
  const { databaseUrl, schema, redisUrl, redisPrefix } = environment
  const program = fileURLToPath(new URL('../support/auth-service-program.ts', import.meta.url))
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      TEST_SCHEMA: schema,
      TEST_PREFIX: redisPrefix,
      AUTH_PORT: '0',
      ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
      REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
      ...variables,
    },
  })
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)])
  return { code, output }
}

t.test('a bad file ends the start with exit code 1, beside the faults of other settings', async (t) => {
  const ended = await runToItsEnd({
    ACCESS_POLICY_FILE: write(JSON.stringify(role('hr'))),
    REFRESH_GRACE: 'canary',
    SERVICE_CLIENTS: '[',
  })
  t.equal(ended.code, 1)
  t.equal(
    ended.output,
    [
      'auth-service: Invalid settings:',
      '  REFRESH_GRACE must be a duration like 10s, 15m, 1h or 7d',
      `  ACCESS_POLICY_FILE ${NO_POLICY}the role hr is built in`,
      '  SERVICE_CLIENTS must be a JSON array',
      '',
    ].join('\n'),
  )
})

t.test('a scope that there is not, which the database alone can say, ends the start in the same way', async (t) => {
  const client = { clientId: 'trains', secret: 's'.repeat(40), scopes: ['trains:run'] }
  const ended = await runToItsEnd({
    ACCESS_POLICY_FILE: write(JSON.stringify(role('clerk', 'payroll:write'))),
    SERVICE_CLIENTS: JSON.stringify([client]),
  })
  t.equal(ended.code, 1)
  t.equal(
    ended.output,
    [
      'auth-service: Invalid settings:',
      '  ACCESS_POLICY_FILE gives the role clerk the unknown scope payroll:write',
      '  SERVICE_CLIENTS gives the client trains the unknown scope trains:run',
      '',
    ].join('\n'),
  )
})
