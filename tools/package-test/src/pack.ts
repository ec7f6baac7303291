import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageManager, published, repository } from './repository.ts'

/** tap puts its own NODE_OPTIONS into every child process, under which the compiler does not start: env takes them out again. */
async function run(...command: string[]): Promise<void> {
  await promisify(execFile)('env', ['-u', 'NODE_OPTIONS', ...command], { cwd: repository })
}

/** `npm run build`. */
export const buildEverything = (): Promise<void> => run(process.execPath, 'scripts/build.ts')

/**
 * Builds and packs what is published, as a release does.
 *
 * @param directory where to put it; empty or not there yet
 * @returns the paths of the tarballs
 */
export async function packPublished(directory: string): Promise<string[]> {
  const filters = published.flatMap(({ name }) => ['--filter', name])
  // npx brought the right pnpm: it need not look for itself.
  const pnpm = ['npx', '--yes', packageManager, '--pm-on-fail=ignore']
  await run(...pnpm, ...filters, 'pack', '--pack-destination', directory)
  return readdirSync(directory).map((file) => join(directory, file))
}
