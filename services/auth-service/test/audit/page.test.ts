import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AUDIT_EVENT_TYPES } from '../../src/audit/audit-event.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/audit.md'), 'utf8')

t.test('docs/audit.md has each type of event once, and none that does not exist', async (t) => {
  const [, events = ''] = page.split('\n## Events\n')
  const [tables = ''] = events.split('\n## ')
  const types = [...tables.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, type]) => type)
  t.same(types.sort(), [...AUDIT_EVENT_TYPES].sort())
})
