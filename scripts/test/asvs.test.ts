import t from 'tap'
import { faultsOf, lineOf, type Standard, withTotals } from '../asvs-page.ts'

const standard: Standard = {
  V1: { name: 'Encoding', levels: { '1.1.1': 1, '1.1.2': 2 } },
  V2: { name: 'Validation', levels: { '2.1.1': 2 } },
}
const files: Record<string, string> = {
  '../a/login.test.ts': `t.test(\n  'a wrong password is refused', async (t) => {})\nt.test(\`\${who} is let in\`, check)\n`,
  '../a/tables.test.ts': "const rows = [['a small password', 400]]\nfor (const [title] of rows) t.test(title, check)\n",
  '../a/hash.ts': "const options = { type: 'argon2id' }\n// 'a wrong password is refused'\n",
  'manual.md': '# Manual\n\nSet the clock.\n',
}
const rows = {
  '1.1.1':
    '| 1.1.1 | 1 | passwords of some length | met | [login.test.ts](../a/login.test.ts) › "a wrong password is refused" |',
  '1.1.2': '| 1.1.2 | 2 | hashes that are slow | partly | [hash.ts](../a/hash.ts) › `argon2id`. Takes: more passes. |',
  '2.1.1': '| 2.1.1 | 2 | clocks in step | operator | [manual.md](manual.md) › `Set the clock` |',
}

const pageOf = (changed: Partial<typeof rows> = {}): string =>
  withTotals(
    `<!-- totals -->\n\n\n\n<!-- /totals -->\n\n${Object.values({ ...rows, ...changed }).join('\n')}\n`,
    standard,
  )
const faults = (page: string): string[] => faultsOf(page, standard, (file) => files[file])

t.test('a page with a row for each requirement, and evidence that exists, has no fault', async (t) => {
  t.same(faults(pageOf()), [])
  t.match(pageOf(), '| V1 Encoding | 2 | 1 | 1 | 0 | 0 | 0 |')
  t.match(pageOf(), '| **all** | 3 | 1 | 1 | 0 | 1 | 0 |')
})

const wrong: [what: string, page: string, fault: string][] = [
  ['a missing requirement', pageOf({ '2.1.1': '' }), '2.1.1: it has no row'],
  [
    'a requirement that comes twice',
    pageOf({ '2.1.1': `${rows['2.1.1']}\n${rows['2.1.1']}` }),
    '2.1.1: it has two rows',
  ],
  [
    'a requirement that there is not',
    pageOf({ '2.1.1': `${rows['2.1.1']}\n${rows['2.1.1'].replace('2.1.1', '9.9.9')}` }),
    '9.9.9: there is no such requirement',
  ],
  ['another level', pageOf({ '2.1.1': rows['2.1.1'].replace('| 2 |', '| 1 |') }), '2.1.1: its level is 2'],
  ['another state', pageOf({ '2.1.1': rows['2.1.1'].replace('operator', 'fine') }), '2.1.1: fine is no state'],
  [
    'a title that no test has',
    pageOf({ '1.1.1': rows['1.1.1'].replace('wrong', 'right') }),
    '1.1.1: ../a/login.test.ts has no test "a right password is refused"',
  ],
  [
    'a part of a title',
    pageOf({ '1.1.1': rows['1.1.1'].replace(' is refused', '') }),
    '1.1.1: ../a/login.test.ts has no test "a wrong password"',
  ],
  [
    'a text that does not stand there',
    pageOf({ '1.1.2': rows['1.1.2'].replace('argon2id', 'bcrypt') }),
    '1.1.2: ../a/hash.ts has no text "bcrypt"',
  ],
  [
    'a file that is gone',
    pageOf({ '1.1.2': rows['1.1.2'].replace('../a/hash.ts', '../b/hash.ts') }),
    '1.1.2: there is no file ../b/hash.ts',
  ],
  [
    'met without evidence',
    pageOf({ '1.1.1': '| 1.1.1 | 1 | passwords of some length | met | surely |' }),
    '1.1.1: met without evidence',
  ],
  [
    'what is partly met, without what it takes',
    pageOf({ '1.1.2': rows['1.1.2'].replace(' Takes: ', ' ') }),
    '1.1.2: what would it take?',
  ],
  [
    'work of operators that no page tells of',
    pageOf({ '2.1.1': rows['1.1.1'].replace('1.1.1 | 1', '2.1.1 | 2').replace('| met', '| operator') }),
    '2.1.1: no page tells operators',
  ],
  ['totals of before', pageOf().replace('| V1 Encoding | 2', '| V1 Encoding | 3'), 'the totals are out of date'],
]

for (const [what, page, fault] of wrong) {
  t.test(`${what} is a fault`, async (t) => t.same(faults(page), [fault]))
}

t.test('a title may be that of a template or of a table of cases', async (t) => {
  const line = (file: string, text: string) => lineOf({ file, text }, files[file] ?? '')
  t.equal(line('../a/login.test.ts', '… is let in'), 3)
  t.equal(line('../a/tables.test.ts', 'a small password'), 1)
  t.equal(line('../a/tables.test.ts', 'small'), undefined)
})
