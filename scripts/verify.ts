import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { styleText } from 'node:util'

// `npm run verify`: everything about the code that can be checked without its tests. Every check runs, whatever the
// others say.

const root = join(import.meta.dirname, '..')
const tool = (name: string): string => join(root, 'node_modules/.bin', name)

const knipOptions = ['--no-config-hints', '--tsConfig=tsconfig.knip.json']

const checks: { name: string; command: string; args: string[] }[] = [
  {
    name: 'format, lint and import boundaries (biome)',
    command: tool('biome'),
    args: ['check', '--error-on-warnings'],
  },
  { name: 'types (tsc)', command: tool('tsc'), args: ['-p', 'tsconfig.json'] },
  { name: 'unused files, exports and dependencies (knip)', command: tool('knip'), args: knipOptions },
  {
    name: 'what only tests use (knip --production)',
    command: tool('knip'),
    args: ['--production', '--exclude=types', ...knipOptions],
  },
  { name: 'published packages (publint, attw)', command: process.execPath, args: ['tools/package-test/src/lint.ts'] },
  { name: 'generated pages', command: process.execPath, args: ['scripts/generate-docs.ts', '--check'] },
  {
    name: 'OpenAPI documents and the types made of them',
    command: process.execPath,
    args: ['tools/openapi/src/main.ts', '--check'],
  },
  { name: 'evidence of the ASVS table', command: process.execPath, args: ['scripts/check-asvs.ts'] },
]

const results = checks.map(({ name, command, args }) => {
  console.log(styleText('bold', `\n${name}`))
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (error) console.error(error.message)
  return { name, ok: status === 0 }
})

console.log()
for (const { name, ok } of results) console.log(ok ? styleText('green', `✓ ${name}`) : styleText('red', `✗ ${name}`))
process.exit(results.every(({ ok }) => ok) ? 0 : 1)
