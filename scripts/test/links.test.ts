import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '../..')
const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean)

t.test('every link of a page to a file of the repository leads there', async (t) => {
  t.ok(pages.length > 0)
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/```.*?```/gs, '')
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:|^#/.test(target)) continue
      const [file = ''] = target.split('#')
      t.ok(existsSync(join(root, dirname(page), file)), `${page}: ${target}`)
    }
  }
})
