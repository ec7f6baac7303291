import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

// The walls of biome.jsonc, in a repository of nothing but imports: each forbidden one is reported, each allowed one is not.

const root = join(import.meta.dirname, '../..')

const importing = (specifier: string): string => `import { x } from '${specifier}'\nexport const y = x\n`

/** Files by what they import; `services/a` stands for auth-service, `services/e` for employee-service. */
const forbidden: [wall: string, file: string, ...specifiers: string[]][] = [
  ['a domain folder knows no web framework', 'services/a/src/sessions/x.ts', 'fastify', '@fastify/jwt'],
  ['a new folder is a domain folder', 'services/e/src/onboarding/deep/x.ts', 'fastify', 'kysely', 'ioredis', 'pg'],
  ['a domain folder knows no HTTP edge', 'services/a/src/audit/x.ts', '@latchkey/service-kit', '../http/x.ts'],
  ['a domain folder holds no query', 'services/a/src/clients/x.ts', 'kysely', 'pg'],
  ['a domain folder speaks to no Redis itself', 'services/a/src/keys/x.ts', 'ioredis'],
  ['a repository knows no web framework', 'services/e/src/history/x-repository.ts', 'fastify', '../http/x.ts'],
  ['a table knows no Redis', 'services/a/src/users/x-table.ts', 'ioredis', '@latchkey/service-kit'],
  ['database/ knows no HTTP edge', 'services/e/src/database/x.ts', 'fastify', '../http/x.ts', '@latchkey/service-kit'],
  ['redis/ knows no domain', 'services/a/src/redis/x.ts', '../sessions/session.ts', '../users/user.ts'],
  ['redis/ knows no query and no web framework', 'services/a/src/redis/y.ts', 'kysely', 'fastify', '../http/x.ts'],
  ['the HTTP edge holds no query', 'services/e/src/http/routes/x.ts', 'kysely', 'pg', '../../database/x.ts'],
  [
    'the HTTP edge asks no store',
    'services/a/src/http/x.ts',
    '../users/user-repository.ts',
    '../redis/x.ts',
    'ioredis',
  ],
  ['the HTTP edge hashes no password', 'services/a/src/http/y.ts', 'argon2'],
  ['auth-service does not import employee-service', 'services/a/src/app.ts', '@latchkey/employee-service'],
  ['not by its path either', 'services/a/src/main.ts', '../../employee-service/src/app.ts'],
  ['employee-service does not import auth-service', 'services/e/src/app.ts', '@latchkey/auth-service'],
  ['not in a domain folder', 'services/e/src/employees/x.ts', '../../../auth-service/src/users/user.ts'],
  ['not at the HTTP edge', 'services/e/src/http/y.ts', '@latchkey/auth-service', '../../../auth-service/src/errors.ts'],
  ['not in a repository', 'services/e/src/employees/x-repository.ts', '@latchkey/auth-service'],
  ['not in redis/', 'services/a/src/redis/z.ts', '@latchkey/employee-service'],
  ['not in a test', 'services/e/test/http/x.test.ts', '@latchkey/auth-service', '../../../auth-service/src/app.ts'],
  ['a service uses no tools', 'services/a/src/users/x.ts', '@latchkey/test-kit', '@latchkey/stack'],
  ['a package names no service', 'packages/resource-server/src/x.ts', '@latchkey/auth-service'],
  ['not by its path either', 'packages/service-kit/src/x.ts', '../../../services/auth-service/src/app.ts'],
  ['a package uses no tools', 'packages/database/src/x.ts', '@latchkey/stack', '@latchkey/test-kit'],
  [
    'problems knows no web framework',
    'packages/problems/src/x.ts',
    'fastify',
    '@latchkey/service-kit',
    '@fastify/cors',
  ],
  ['access-token knows no web framework', 'packages/access-token/src/x.ts', 'fastify', '@fastify/jwt'],
  ['service-client knows no web framework', 'packages/service-client/src/x.ts', 'fastify'],
  [
    'a tool takes a service by what it exports',
    'tools/bench/src/x.ts',
    '../../../services/employee-service/src/app.ts',
  ],
  ['a tool takes a package by what it exports', 'tools/faults/test/x.test.ts', '../../../packages/database/src/x.ts'],
  [
    'a script does so, too',
    'scripts/x.ts',
    '../services/auth-service/src/config.ts',
    '../packages/problems/src/log.ts',
  ],
]

const allowed: [file: string, ...specifiers: string[]][] = [
  ['services/a/src/sessions/ok.ts', '@latchkey/problems', '../redis/redis-script.ts', '../users/user-repository.ts'],
  ['services/a/src/keys/ok.ts', '@latchkey/service-kit/settings', '@latchkey/access-token', '../database/x.ts'],
  ['services/e/src/history/ok-repository.ts', 'kysely', '../database/employee-database.ts', '@latchkey/database'],
  ['services/e/src/database/ok.ts', 'kysely', 'pg', '../employees/employee-table.ts'],
  ['services/a/src/redis/ok.ts', 'ioredis', './redis-script.ts', '@latchkey/problems'],
  ['services/a/src/http/ok.ts', 'fastify', '@latchkey/service-kit', '../sessions/session-service.ts'],
  ['services/a/src/app.ok.ts', 'fastify', 'kysely', './http/x.ts', './redis/x.ts', '@latchkey/service-kit'],
  ['services/a/test/ok.test.ts', '../src/app.ts', '@latchkey/test-kit', 'fastify', '../support/auth-service.ts'],
  ['packages/resource-server/src/ok.ts', 'fastify', '@latchkey/access-token', '@latchkey/problems'],
  ['packages/resource-server/test/ok.test.ts', '@latchkey/test-kit', '../src/x.ts'],
  ['tools/stack/src/ok.ts', '@latchkey/employee-service', './services/service.ts', '@latchkey/test-kit'],
]

/** Each wall that is no import, as the text of a file. */
const texts: [wall: string, file: string, text: string][] = [
  ['a domain folder reads no environment', 'services/a/src/users/y.ts', 'export const y = process.env.HOME\n'],
  ['the HTTP edge reads no environment', 'services/e/src/http/z.ts', 'export const y = process.env.HOME\n'],
  ['a service writes to no console', 'services/a/src/start-up.ts', "console.log('x')\n"],
  ['files do not need each other', 'packages/problems/src/a.ts', "export { b } from './b.ts'\nexport const a = 1\n"],
  ['not by type either', 'packages/problems/src/c.ts', "import type { D } from './d.ts'\nexport type C = D[]\n"],
]
const others: [file: string, text: string][] = [
  ['packages/problems/src/b.ts', "import { a } from './a.ts'\nexport const b = a\n"],
  ['packages/problems/src/d.ts', "import type { C } from './c.ts'\nexport type D = C | 1\n"],
]

const directory = t.testdir()
const fullPath = (file: string): string =>
  file.replace(/^services\/a\//, 'services/auth-service/').replace(/^services\/e\//, 'services/employee-service/')
const nth = (file: string, index: number): string => file.replace(/^(.*\/)([^/]+)$/, `$1${index}-$2`)
const imports = ([file, ...specifiers]: [file: string, ...specifiers: string[]]) =>
  specifiers.map((specifier, index) => ({ file: fullPath(nth(file, index)), specifier }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true })
  writeFileSync(join(directory, file), text)
}

cpSync(join(root, 'biome.jsonc'), join(directory, 'biome.jsonc'))
for (const [, ...entry] of forbidden)
  for (const { file, specifier } of imports(entry)) write(file, importing(specifier))
for (const entry of allowed) for (const { file, specifier } of imports(entry)) write(file, importing(specifier))
for (const [, file, text] of texts) write(fullPath(file), text)
for (const [file, text] of others) write(file, text)

const WALLS = ['noRestrictedImports', 'noRestrictedGlobals', 'noImportCycles', 'noConsole']
const reported = await lint()

/** The files in which Biome found a wall broken. */
async function lint(): Promise<Set<string>> {
  const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none']
  const biome = join(root, 'node_modules/.bin/biome')
  const output = await new Promise<string>((resolve) =>
    // It fails as it should, by finding faults.
    execFile(biome, args, { cwd: directory, maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout)),
  )
  const { diagnostics } = JSON.parse(output) as { diagnostics: { category: string; location: { path: string } }[] }
  const broken = diagnostics.filter(({ category }) => WALLS.some((wall) => category.endsWith(`/${wall}`)))
  return new Set(broken.map(({ location }) => location.path))
}

for (const [wall, ...entry] of forbidden) {
  t.test(`${wall}: ${entry.join(' ')}`, async (t) => {
    for (const { file, specifier } of imports(entry)) t.ok(reported.has(file), `${specifier} in ${file}`)
  })
}

for (const [wall, file] of texts) {
  t.test(`${wall}: ${file}`, async (t) => t.ok(reported.has(fullPath(file))))
}

t.test('what is on the right side of the walls is not reported', async (t) => {
  for (const entry of allowed) {
    for (const { file, specifier } of imports(entry)) t.notOk(reported.has(file), `${specifier} in ${file}`)
  }
})

t.test('a package exports what it lists and no pattern of files', async (t) => {
  for (const manifest of globSync('{packages,services,tools}/*/package.json', { cwd: root })) {
    const { exports = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { exports?: object }
    t.notMatch(JSON.stringify(exports), /\*/, manifest)
    t.notMatch(Object.keys(exports).join(' '), /\/(?= |$)/, manifest)
  }
})
