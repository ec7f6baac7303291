// Checks docs/asvs.md: every requirement is there once, every piece of evidence exists, the totals are right.
// `--write` writes the totals, `--lines` says on which line each piece of evidence stands now.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import standard from './asvs-5.0.0.json' with { type: 'json' }
import { faultsOf, lineOf, readRows, withTotals } from './asvs-page.ts'

const root = join(import.meta.dirname, '..')
const file = join(root, 'docs/asvs.md')

const known = new Map<string, string | undefined>()
/** @param path relative to the page */
function read(path: string): string | undefined {
  const absolute = join(root, 'docs', path)
  if (!known.has(absolute)) known.set(absolute, existsSync(absolute) ? readFileSync(absolute, 'utf8') : undefined)
  return known.get(absolute)
}

const { values } = parseArgs({ options: { write: { type: 'boolean' }, lines: { type: 'boolean' } } })
let page = readFileSync(file, 'utf8')
if (values.write) {
  page = withTotals(page, standard.chapters)
  writeFileSync(file, page)
}
if (values.lines) {
  for (const { number, evidence } of readRows(page)) {
    for (const each of evidence) {
      const path = relative(root, join(root, 'docs', each.file))
      console.log(`${number} ${path}:${lineOf(each, read(each.file) ?? '') ?? '?'} ${each.text}`)
    }
  }
}

const faults = faultsOf(page, standard.chapters, read)
for (const fault of faults) console.error(`docs/asvs.md: ${fault}`)
if (faults.length > 0) {
  console.error(
    'Where a test or a text has another name now, give its row that name. Where it is gone, the state of the row may have changed. Then run:',
  )
  console.error('node scripts/run.mjs scripts/check-asvs.ts --write')
  process.exitCode = 1
}
