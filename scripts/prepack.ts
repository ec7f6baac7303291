// `prepack` of every published package: builds it, for pnpm alone. pnpm writes plain version ranges into the manifest that it
// packs; npm would leave `catalog:` and `workspace:` there, and nobody could install the package.
import { join } from 'node:path'
import { buildPublished } from './build-published.ts'

const { npm_config_user_agent: packer = '', npm_package_name: name = '' } = process.env
if (!packer.startsWith('pnpm/')) {
  console.error(`${name} is packed and published by pnpm alone: see CONTRIBUTING.md.`)
  process.exit(1)
}
await buildPublished(join(import.meta.dirname, '../packages', name.replace('@latchkey/', '')))
