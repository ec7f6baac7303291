import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

// The walls of biome.jsonc, in a repository of nothing but imports: each forbidden one is reported, each allowed one is not.

const root = join(import.meta.dirname, '../..')

const importing = (specifier: string): string => `import { x } from '${specifier}'\nexport const y = x\n`

/** What no service may import, wherever. */
const OTHERS = [
  '@latchkey/auth-service',
  '@latchkey/employee-service/errors',
  '../../../auth-service/src/app.ts',
  '../../../employee-service/src/app.ts',
  '../../../../tools/stack/src/index.ts',
]
const EDGE = ['fastify', '@fastify/cookie', '@latchkey/service-kit', '../http/format.ts', '../../http/routes/x.ts']

const forbidden: [wall: string, file: string, specifiers: string[]][] = [
  ['the root of a service knows no other', 'services/auth-service/src/app.ts', OTHERS],
  ['a test of a service knows no other', 'services/employee-service/test/http/x.test.ts', OTHERS],
  ['a domain folder knows no edge and no other service', 'services/auth-service/src/audit/x.ts', [...EDGE, ...OTHERS]],
  ['a new folder is a domain folder', 'services/employee-service/src/onboarding/deep/x.ts', [...EDGE, ...OTHERS]],
  ['a domain folder holds no query', 'services/auth-service/src/clients/x.ts', ['kysely', 'pg']],
  ['a domain folder asks no Redis itself', 'services/auth-service/src/keys/redis-keys.ts', ['ioredis']],
  ['a repository knows no edge', 'services/employee-service/src/history/x-repository.ts', [...EDGE, ...OTHERS]],
  ['a table knows no edge and no Redis', 'services/auth-service/src/users/x-table.ts', [...EDGE, ...OTHERS, 'ioredis']],
  ['database/ knows no edge', 'services/employee-service/src/database/x.ts', [...EDGE, ...OTHERS, 'ioredis']],
  ['redis/ knows no edge and no query', 'services/auth-service/src/redis/x.ts', [...EDGE, ...OTHERS, 'kysely', 'pg']],
  [
    'redis/ knows no domain folder',
    'services/auth-service/src/redis/y.ts',
    ['../sessions/session.ts', '../users/user.ts'],
  ],
  ['http/ holds no query', 'services/employee-service/src/http/routes/x.ts', ['kysely', 'pg', 'ioredis', ...OTHERS]],
  [
    'http/ asks the domain, not its stores',
    'services/auth-service/src/http/x.ts',
    [
      '../users/user-repository.ts',
      '../users/user-table.ts',
      '../redis/redis-client.ts',
      '../database/migrations/x.ts',
    ],
  ],
  ['http/ hashes no password', 'services/auth-service/src/http/y.ts', ['argon2']],
  [
    'a package names no service and no tool',
    'packages/resource-server/src/x.ts',
    [
      '@latchkey/auth-service',
      '@latchkey/stack',
      '../../../services/auth-service/src/app.ts',
      '../../../tools/bench/x.ts',
    ],
  ],
  ...['access-token', 'client', 'problems', 'database', 'service-client'].map((name): [string, string, string[]] => [
    `${name} knows no web framework, no service and no tool`,
    `packages/${name}/src/x.ts`,
    [
      ...['fastify', '@fastify/jwt', '@latchkey/service-kit', '@latchkey/resource-server'],
      ...[
        '@latchkey/auth-service',
        '@latchkey/test-kit',
        '../../../services/auth-service/src/app.ts',
        '../../../tools/x.ts',
      ],
    ],
  ]),
  [
    'a tool takes services and packages by what they export',
    'tools/bench/src/x.ts',
    ['../../../services/employee-service/src/app.ts', '../../../packages/database/src/migrate.ts'],
  ],
  [
    'a script does so, too',
    'scripts/x.ts',
    ['../services/auth-service/src/config.ts', '../packages/problems/src/page.ts'],
  ],
]

const allowed: [file: string, specifiers: string[]][] = [
  ['services/auth-service/src/app.ts', ['fastify', 'kysely', './http/x.ts', './redis/x.ts', '@latchkey/service-kit']],
  [
    'services/auth-service/src/sessions/x.ts',
    ['@latchkey/problems', '@latchkey/service-kit/settings', '../redis/redis-script.ts', '../users/user-repository.ts'],
  ],
  ['services/auth-service/src/redis/x.ts', ['ioredis', './redis-script.ts', '@latchkey/problems']],
  ['services/auth-service/src/http/x.ts', ['fastify', '@latchkey/service-kit', '../sessions/session-service.ts']],
  ['services/auth-service/test/x.test.ts', ['../src/app.ts', '@latchkey/test-kit', '../support/auth-service.ts']],
  ['services/employee-service/src/history/x-repository.ts', ['kysely', '../database/x.ts', '@latchkey/database']],
  ['services/employee-service/src/database/x.ts', ['kysely', 'pg', '../employees/employee-table.ts']],
  ['packages/resource-server/src/x.ts', ['fastify', '@latchkey/access-token', '@latchkey/problems']],
  ['packages/service-kit/src/x.ts', ['@fastify/cors', '@latchkey/resource-server/browser', '@latchkey/problems']],
  ['packages/service-client/src/x.ts', ['@latchkey/problems', 'undici']],
  ['packages/resource-server/test/x.test.ts', ['@latchkey/test-kit', '@latchkey/service-kit', '../src/x.ts']],
  ['tools/stack/src/x.ts', ['@latchkey/employee-service/main', './services/service.ts', '@latchkey/test-kit']],
]

/** Walls of other rules. */
const texts: [wall: string, rule: string, file: string, text: string][] = [
  [
    'a service uses no tool, which its manifest has for tests',
    'noUndeclaredDependencies',
    'services/auth-service/src/users/tool.ts',
    importing('@latchkey/test-kit'),
  ],
  [
    'a domain folder reads no environment',
    'noRestrictedGlobals',
    'services/auth-service/src/users/y.ts',
    'export const y = process.env.HOME\n',
  ],
  [
    'http/ reads no environment',
    'noRestrictedGlobals',
    'services/employee-service/src/http/z.ts',
    'export const y = process.env.HOME\n',
  ],
  [
    'a service writes to no console',
    'noConsole',
    'services/auth-service/src/start-up.ts',
    "console.log('a line that no log collector reads')\n",
  ],
  [
    'files do not import each other',
    'noImportCycles',
    'packages/problems/src/a.ts',
    "export { b } from './b.ts'\nexport const a = 1\n",
  ],
  [
    'types of files do not need each other',
    'noImportCycles',
    'packages/problems/src/c.ts',
    "import type { D } from './d.ts'\nexport type C = D[]\n",
  ],
]
const helpers: [file: string, text: string][] = [
  ['packages/problems/src/b.ts', "import { a } from './a.ts'\nexport const b = a\n"],
  ['packages/problems/src/d.ts', "import type { C } from './c.ts'\nexport type D = C | 1\n"],
  ['services/auth-service/package.json', JSON.stringify({ devDependencies: { '@latchkey/test-kit': '*' } })],
]

const directory = t.testdir()

/** One file for each import: `src/deep/x.ts` → `src/deep/forbidden-0-x.ts`; the end of its name is what some walls go by. */
const place = (kind: string, file: string, index: number): string => file.replace(/[^/]+$/, `${kind}-${index}-$&`)

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true })
  writeFileSync(join(directory, file), text)
}

cpSync(join(root, 'biome.jsonc'), join(directory, 'biome.jsonc'))
for (const [, file, specifiers] of forbidden) {
  for (const [index, specifier] of specifiers.entries()) write(place('forbidden', file, index), importing(specifier))
}
for (const [file, specifiers] of allowed) {
  for (const [index, specifier] of specifiers.entries()) write(place('allowed', file, index), importing(specifier))
}
for (const [, , file, text] of texts) write(file, text)
for (const [file, text] of helpers) write(file, text)

const reported = await lint()

/** The rules that each file breaks. */
async function lint(): Promise<Map<string, Set<string>>> {
  const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none']
  const biome = join(root, 'node_modules/.bin/biome')
  const output = await new Promise<string>((resolve) =>
    // It fails, as it should, because it finds faults.
    execFile(biome, args, { cwd: directory, maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout)),
  )
  const { diagnostics } = JSON.parse(output) as { diagnostics: { category: string; location: { path: string } }[] }
  const rules = new Map<string, Set<string>>()
  for (const { category, location } of diagnostics) {
    const rule = category.slice(category.lastIndexOf('/') + 1)
    rules.set(location.path, (rules.get(location.path) ?? new Set()).add(rule))
  }
  return rules
}

const breaks = (file: string, rule: string): boolean => reported.get(file)?.has(rule) ?? false

for (const [wall, file, specifiers] of forbidden) {
  t.test(wall, async (t) => {
    for (const [index, specifier] of specifiers.entries()) {
      t.ok(breaks(place('forbidden', file, index), 'noRestrictedImports'), `${specifier} in ${file}`)
    }
  })
}

for (const [wall, rule, file] of texts) t.test(wall, async (t) => t.ok(breaks(file, rule), file))

t.test('what is on the right side of the walls is not reported', async (t) => {
  for (const [file, specifiers] of allowed) {
    for (const [index, specifier] of specifiers.entries()) {
      t.notOk(breaks(place('allowed', file, index), 'noRestrictedImports'), `${specifier} in ${file}`)
    }
  }
})

t.test('a package exports what it lists and no pattern of files', async (t) => {
  for (const manifest of globSync('{packages,services,tools}/*/package.json', { cwd: root })) {
    const { exports = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { exports?: object }
    t.notMatch(JSON.stringify(exports), /\*/, manifest)
    t.notMatch(Object.keys(exports).join(' '), /\/(?= |$)/, manifest)
  }
})
