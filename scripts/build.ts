// Puts JavaScript beside every package's sources, `src` → `dist`. Images run it under `--conditions=built`, since Node
// strips no types below node_modules; everything else runs the sources and needs no build.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** Where tsconfig.build.json has the compiler write the whole tree. */
const compiled = join(root, 'dist')

rmSync(compiled, { recursive: true, force: true })
execFileSync(join(root, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })

for (const home of globSync(['packages/*', 'services/*'], { cwd: compiled })) {
  const sources = join(root, home, 'src')
  const target = join(root, home, 'dist')
  rmSync(target, { recursive: true, force: true })
  renameSync(join(compiled, home, 'src'), target)
  // Read at run time, from beside the module that needs them.
  for (const script of globSync('**/*.lua', { cwd: sources })) cpSync(join(sources, script), join(target, script))
}
rmSync(compiled, { recursive: true })
