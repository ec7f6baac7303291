import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '../../..')

type Manifest = { readonly name: string; readonly version: string; readonly private?: boolean }

const readJson = <Content>(file: string): Content => JSON.parse(readFileSync(join(repository, file), 'utf8'))

/** Such as `pnpm@12.21.0`. */
export const { packageManager } = readJson<{ packageManager: string }>('package.json')

/** The manifests of what goes to npm: every package that is not private. */
export const published: readonly Manifest[] = globSync('packages/*/package.json', { cwd: repository })
  .sort()
  .map((file) => readJson<Manifest>(file))
  .filter((manifest) => manifest.private !== true)
