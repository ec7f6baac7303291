import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './compose.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

const root = join(import.meta.dirname, '../../..')
const services = ['auth-service', 'employee-service']

/** Builds the images and checks their contents. */
export async function images({ compose }: Stack): Promise<void> {
  const imageOf = new Map<string, string>()

  await step('the images build', async () => {
    await compose('build')
    const names = (await compose('config', '--images')).split('\n')
    for (const service of services) imageOf.set(service, String(names.find((name) => name.endsWith(`-${service}`))))
    const sizeOf = (image: string) => run('docker', ['image', 'inspect', '--format={{.Size}}', image])
    const sizes = await Promise.all([...imageOf.values()].map(sizeOf))
    return services.map((service, i) => `${service} ${(Number(sizes[i]) / 1e6).toFixed(0)} MB`).join(', ')
  })

  await step('they contain built JavaScript and its dependencies, no sources, no tests, no tools', async () => {
    const forbidden = developmentDependencies()
    for (const [service, image] of imageOf) {
      const list = (...find: string[]) => run('docker', ['run', '--rm', '--entrypoint=find', image, '/app', ...find])
      const own = await list('-path', '*/node_modules', '-prune', '-o', '-type', 'f', '-print')
      assert.match(own, new RegExp(`^/app/services/${service}/dist/main\\.js$`, 'm'))
      assert.deepEqual(
        own.split('\n').filter((path) => !/\/(package\.json|dist\/.*\.(js|d\.ts|lua|css))$/.test(path)),
        [],
      )
      const installed = await list('-path', '*/node_modules/.pnpm/*', '-prune', '-printf', '%f\n')
      const names = installed.split('\n').map((entry) => entry.replace(/(?<=.)@.*/, '').replace('+', '/'))
      assert.ok(names.includes('fastify'))
      assert.deepEqual(
        names.filter((name) => forbidden.has(name)),
        [],
      )
    }
  })
}

/** Dependencies that only development needs. */
function developmentDependencies(): Set<string> {
  const manifests = globSync(
    ['package.json', 'packages/*/package.json', 'tools/*/package.json', 'services/*/package.json'],
    { cwd: root },
  ).map(
    (file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, Record<string, string> | undefined>,
  )
  const namesIn = (section: string) => manifests.flatMap((manifest) => Object.keys(manifest[section] ?? {}))
  const needed = new Set(namesIn('dependencies'))
  return new Set(namesIn('devDependencies').filter((name) => !needed.has(name)))
}
