import { join } from 'node:path'
import type { Outcome, Stranger } from './stranger.ts'
import { surroundings } from './surroundings.ts'

/**
 * Writes TypeScript into a directory of its own and has a stranger's compiler check it strictly, declarations of libraries
 * included.
 *
 * @param sources texts by file name; each is a module
 * @param outDir where JavaScript goes, beside that directory; none is written unless given
 */
export function compile(
  { write, run }: Stranger,
  directory: string,
  sources: Record<string, string>,
  outDir?: string,
): Promise<Outcome> {
  for (const [file, text] of Object.entries(sources)) write(join(directory, file), text)
  write(join(directory, 'surroundings.d.ts'), surroundings)
  const compilerOptions = {
    ...{ module: 'nodenext', moduleDetection: 'force', target: 'es2023', types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    ...(outDir === undefined
      ? { noEmit: true, allowImportingTsExtensions: true }
      : { rootDir: '.', outDir: `../${outDir}` }),
  }
  write(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  return run('node_modules/.bin/tsc', ['-p', directory])
}
