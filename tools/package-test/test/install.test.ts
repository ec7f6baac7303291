import { existsSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { eventually, freePort } from '@latchkey/test-kit'
import t from 'tap'
import { buildEverything, packPublished } from '../src/pack.ts'
import { published, repository } from '../src/repository.ts'
import { client, freshToken, keys, startAuthService } from './support/auth-service.ts'
import { compile } from './support/compile.ts'
import { payroll, readmePrograms } from './support/programs.ts'
import { snippetsOf } from './support/readme.ts'
import { stranger } from './support/stranger.ts'

// It builds, packs, installs and compiles: on a slow machine that is minutes of work, and no wait.
t.setTimeout(600_000)

const place = mkdtempSync(join(tmpdir(), 'latchkey-install-'))
const app = stranger(join(place, 'app'))
const installed = join(app.directory, 'node_modules')
const other = stranger(join(place, 'node-22'))

// Another Node comes from npm while this one builds and packs.
const otherNode = other.npm('install', '--no-audit', '--no-fund', 'node@22')
// Told by the tests that run it; until they wait for it, it must not end the process.
const otherNodeEnded = otherNode.catch(() => {})
t.teardown(async () => {
  await otherNodeEnded
  rmSync(place, { recursive: true, force: true })
})
await buildEverything()
const tarballs = await packPublished(join(place, 'tarballs'))

const example = readFileSync(join(repository, 'examples/payroll/payroll.ts'), 'utf8')
const homeOf = (name: string): string => join(repository, 'packages', name.replace('@latchkey/', ''))
const install = (...what: string[]): Promise<string> => app.npm('install', '--no-audit', '--no-fund', ...what)
const filesOf = (directory: string): string[] =>
  globSync('**', { cwd: directory }).filter((file) => lstatSync(join(directory, file)).isFile())

t.test('npm installs the tarballs into an empty directory, and its tree is sound', async (t) => {
  app.write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }))
  await install(...tarballs, 'fastify@5', 'axios@1', 'typescript@7', '@types/node@22')
  await t.resolves(app.npm('ls', '--all'))
  t.notOk(existsSync(join(installed, 'ioredis')), 'an optional peer stays out')
})

t.test('nothing of what is installed leads back to this repository', async (t) => {
  const links = globSync('**', { cwd: installed }).filter((file) => lstatSync(join(installed, file)).isSymbolicLink())
  t.same(
    links.filter((file) => !/(?:^|\/)\.bin\//.test(file)),
    [],
  )
  t.notMatch(readFileSync(join(app.directory, 'package-lock.json'), 'utf8'), repository)
  for (const { name } of published) {
    for (const file of filesOf(join(installed, name))) {
      t.notOk(readFileSync(join(installed, name, file), 'utf8').includes(repository), `${name}/${file}`)
    }
  }
})

for (const { name, version } of published) {
  t.test(`${name} holds code, declarations, licence and pages, and nothing else`, async (t) => {
    const home = join(installed, name)
    const files = filesOf(home)
    const pages = files.filter((file) => !/^dist\/.*\.(?:js|d\.ts)$/.test(file))
    t.same(pages.sort(), ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
    t.equal(readFileSync(join(home, 'LICENSE'), 'utf8'), readFileSync(join(repository, 'LICENSE'), 'utf8'))
    for (const file of files) t.notMatch(readFileSync(join(home, file), 'utf8'), /sourceMappingURL/, file)

    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
    const { exports, dependencies, peerDependencies } = manifest
    t.equal(manifest.version, version)
    t.notMatch(JSON.stringify([dependencies, peerDependencies]), /catalog:|workspace:|link:|file:/)
    for (const entry of Object.values<Record<string, string>>(exports)) {
      t.same(Object.keys(entry), ['types', 'default'])
      for (const file of Object.values(entry)) t.ok(existsSync(join(home, file)), file)
    }
  })
}

t.test('@latchkey/client takes at most 4 KiB on the wire, gzipped', async (t) => {
  const home = join(installed, '@latchkey/client/dist')
  // What a browser loads: a module, and those that it imports.
  const loaded = new Set(['index.js'])
  for (const file of loaded) {
    const code = readFileSync(join(home, file), 'utf8')
    for (const [, name = ''] of code.matchAll(/\bfrom ?["']\.\/([^"']+)["']/g)) loaded.add(name)
    t.notMatch(code, /\bfrom ?["'][^.]|\bimport\(/, `${file} imports nothing else`)
  }
  const sizes = [...loaded].map((file) => gzipSync(readFileSync(join(home, file))).length)
  const size = sizes.reduce((sum, each) => sum + each)
  t.comment(`${size} bytes in ${loaded.size} files`)
  t.ok(size <= 4096, `${size} bytes`)
})

t.test('npm refuses to pack: it would leave ranges in the manifest that nobody can install', async (t) => {
  const packing = published.map(({ name }) => stranger(homeOf(name)).run('npm', ['pack', '--dry-run']))
  for (const [n, { code, output }] of (await Promise.all(packing)).entries()) {
    t.not(code, 0)
    t.match(output, `${published[n]?.name} is packed and published by pnpm alone`)
  }
})

t.test('declarations, all snippets of the READMEs and all examples compile strictly, without ioredis', async (t) => {
  const sources: Record<string, string> = {
    'types.ts': readFileSync(join(import.meta.dirname, 'fixtures/types.ts'), 'utf8'),
  }
  for (const file of globSync('examples/*/*.ts', { cwd: repository })) {
    sources[file] = readFileSync(join(repository, file), 'utf8')
  }
  for (const home of [repository, ...published.map(({ name }) => homeOf(name))]) {
    for (const [n, code] of snippetsOf(home).entries()) sources[`${n}-of-${home.replaceAll('/', '-')}.ts`] = code
  }
  t.match(await compile(app, 'checked', sources), { code: 0, output: '' })
})

t.test('without revocations resource-server runs where there is no ioredis', async (t) => {
  app.write('payroll.js', payroll())
  t.same(await app.run(process.execPath, ['payroll.js'], { ACCESS_TOKEN_SECRET: keys }), { code: 0, output: '401\n' })
})

const auth = await startAuthService(t)
const port = await freePort()
const reports = `http://localhost:${port}/reports`
const programs = readmePrograms({ authUrl: auth.url, port })
const environment = { ACCESS_TOKEN_SECRET: keys, REDIS_URL: auth.redisUrl }

t.test('with revocations and without ioredis resource-server says what to install', async (t) => {
  for (const [name, text] of Object.entries(programs)) app.write(`js/${name}.js`, text)
  const { code, output } = await app.run(process.execPath, ['js/reports.js'], environment)
  t.equal(code, 1)
  t.match(output, /Error: @latchkey\/resource-server follows revocations with ioredis.*npm install ioredis/)
})

t.test("with ioredis the tree is still sound, and the READMEs' first snippets compile to JavaScript", async (t) => {
  await install('ioredis@6')
  await t.resolves(app.npm('ls', '--all'))
  const sources = Object.entries(programs).map(([name, text]) => [`${name}.ts`, text])
  t.match(await compile(app, 'ts', Object.fromEntries(sources), 'ts-built'), { code: 0, output: '' })
})

const nodes = { 22: join(other.directory, 'node_modules/.bin/node'), 24: process.execPath }
for (const [major, node] of Object.entries(nodes)) {
  for (const [language, directory] of Object.entries({ JavaScript: 'js', TypeScript: 'ts-built' })) {
    t.test(`Node ${major}, ${language}: the READMEs' programs let a good token in, and nothing else`, async (t) => {
      await otherNode
      t.match(await app.run(node, ['--version']), { output: new RegExp(`^v${major}\\.`) })
      app.start(t, node, [`${directory}/reports.js`], environment)
      t.ok(await eventually(() => fetch(reports).then(Boolean, () => false)))

      const credentials = { CLIENT_ID: client.clientId, CLIENT_SECRET: client.secret }
      const call = await app.run(node, [`${directory}/call.js`], credentials)
      t.same(call, { code: 0, output: `200 {"for":"${client.clientId}"}\n` })
      t.equal((await fetch(reports)).status, 401)

      const verify = (token: string) => app.run(node, [`${directory}/verify.js`], { ...environment, TOKEN: token })
      const token = await freshToken(auth)
      t.same(await verify(token), { code: 0, output: `${client.clientId}\n` })
      t.match(await verify(`${token}x`), { code: 1, output: /TokenError/ })
    })
  }
}

for (const [major, node] of Object.entries(nodes)) {
  t.test(
    `Node ${major}: the example, copied as it is, answers to the scope payroll:read and to no other`,
    async (t) => {
      await otherNode
      app.write('payroll.ts', example)
      const payrollPort = await freePort()
      const payslips = `http://localhost:${payrollPort}/payslips`
      app.start(t, node, ['payroll.ts'], { ...environment, PORT: String(payrollPort) })
      t.ok(await eventually(() => fetch(payslips).then(Boolean, () => false)))
      const statusFor = async (scope: string): Promise<number> => {
        const headers = { authorization: `Bearer ${await freshToken(auth, scope)}` }
        return (await fetch(payslips, { headers })).status
      }
      t.equal(await statusFor('payroll:read'), 200)
      t.equal(await statusFor('employees:read'), 403)
      t.equal((await fetch(payslips)).status, 401)
    },
  )
}
