// Runs one of the repository's TypeScript programs: `node scripts/run.mjs <file.ts> [arguments]`.
// Plain JavaScript on purpose: it is what an old Node meets in a fresh clone, before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules/.bin/node')

const read = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)

function fail(message) {
  console.error(message)
  process.exit(1)
}

// pnpm keeps a copy of the lockfile it installed from.
const isInstalled = () => existsSync(node) && read('node_modules/.pnpm/lock.yaml') === read('pnpm-lock.yaml')

function install() {
  const packageManager = JSON.parse(read('package.json')).packageManager.split('+')[0]
  const args = [
    ...['--yes', packageManager, 'install', '--frozen-lockfile'],
    // npx brought the right pnpm: it need not look for itself. And what is installed runs on the Node that comes with it.
    ...['--pm-on-fail=ignore', '--config.nodeVersion=24.11.0'],
  ]
  console.log(`Installing the dependencies first: npx ${args.join(' ')}`)
  // CI=true: pnpm must not stop to ask, there may be nobody to answer.
  const { status, error } = spawnSync('npx', args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CI: 'true' },
  })
  if (error) fail(`Installing the dependencies failed: npx cannot be run (${error.message}). It comes with npm.`)
  if (status !== 0) {
    fail(
      'Installing the dependencies failed, see above. It needs the npm registry to be reachable; then run this again.',
    )
  }
}

const [file, ...args] = process.argv.slice(2)
if (file === undefined) fail('usage: node scripts/run.mjs <file.ts> [arguments]')
if (Number.parseInt(process.versions.node, 10) < 20) fail(`Node 20 or later is needed, this is ${process.version}.`)
if (!isInstalled()) install()

const child = spawn(node, [join(root, file), ...args], {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: {
    // Halves the time a program takes to load, from its second run on.
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'),
    ...process.env,
    // Packages of this repository resolve to their sources, in child processes too; everywhere else to what is built of them.
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --conditions=latchkey-source`.trim(),
  },
})
child.on('error', (error) => fail(`${node} cannot be run: ${error.message}`))
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))

// We stay until the child has cleaned up. A terminal sends Ctrl-C to both of us, `kill` only to one: pass all of them on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))

// npm killed without a chance to tell us: nobody waits for this run any more.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref()
}
