// `npm run build`: puts JavaScript beside the sources of every package and service, `src` → `dist`. That is what images run and
// what npm gets; this repository itself runs the sources (scripts/run.mjs) and needs no build.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPublished } from './build-published.ts'

const root = join(import.meta.dirname, '..')
/** Where tsconfig.build.json has the compiler write the whole tree. */
const compiled = join(root, 'dist')

const isPrivate = (home: string): boolean =>
  JSON.parse(readFileSync(join(root, home, 'package.json'), 'utf8')).private === true

/** File by file, without declarations: only images read it. */
function buildPrivate(homes: readonly string[]): void {
  rmSync(compiled, { recursive: true, force: true })
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  })
  for (const home of homes) {
    const [sources, target] = [join(root, home, 'src'), join(root, home, 'dist')]
    rmSync(target, { recursive: true, force: true })
    renameSync(join(compiled, home, 'src'), target)
    // Read at run time, from beside the module that needs them.
    for (const file of globSync('**/*.{lua,js,css}', { cwd: sources })) cpSync(join(sources, file), join(target, file))
  }
  rmSync(compiled, { recursive: true })
}

const homes = globSync(['packages/*', 'services/*'], { cwd: root }).sort()
buildPrivate(homes.filter(isPrivate))
for (const home of homes.filter((each) => !isPrivate(each))) await buildPublished(join(root, home))
