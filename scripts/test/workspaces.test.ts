import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '../..')

type Manifest = { name: string } & Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>

/** What each workspace depends on here, for development too. */
const dependencies = new Map(
  globSync('{packages,services,tools}/*/package.json', { cwd: root })
    .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest)
    .map((manifest) => {
      const named = { ...manifest.dependencies, ...manifest.devDependencies }
      return [manifest.name, Object.keys(named).filter((name) => named[name] === 'workspace:*')] as const
    }),
)

/** The names from one workspace back to itself; undefined when there is no way. */
function cycleFrom(name: string, path: readonly string[] = []): readonly string[] | undefined {
  if (path.includes(name)) return name === path[0] ? [...path, name] : undefined
  for (const next of dependencies.get(name) ?? []) {
    const cycle = cycleFrom(next, [...path, name])
    if (cycle) return cycle
  }
  return undefined
}

t.test('no workspace depends on itself by way of others, in its tests either', async (t) => {
  t.ok(dependencies.size > 10)
  for (const name of dependencies.keys()) t.equal(cycleFrom(name)?.join(' → '), undefined, name)
})

t.test('what npm start needs holds no test runner', async (t) => {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      if (seen.has(name)) continue
      seen.add(name)
      const [home] =
        version === 'workspace:*' ? globSync(`{packages,services,tools}/${name.split('/')[1]}`, { cwd: root }) : []
      if (home) visit(`${home}/package.json`)
    }
  }
  visit('tools/stack/package.json')
  t.ok(seen.has('@latchkey/auth-service'))
  t.notOk(seen.has('tap'))
})
