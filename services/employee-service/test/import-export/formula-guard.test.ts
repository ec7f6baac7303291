import fc from 'fast-check'
import t from 'tap'
import { guardFormulas, unguardFormulas } from '../../src/import-export/formula-guard.ts'
import { trickyText } from '../support/tricky-text.ts'

t.test('guarded text comes back exactly', async () => {
  fc.assert(fc.property(trickyText, (text) => unguardFormulas(guardFormulas(text)) === text))
})

t.test('no guarded text starts a formula, neither in its cell nor behind a semicolon', async () => {
  fc.assert(fc.property(trickyText, (text) => !/(^"*|;"*)[=+\-@\t\r\n＝＋－＠]/.test(guardFormulas(text))))
})

t.test('text without anything to guard is left alone', async (t) => {
  for (const text of [
    'Ada',
    "O'Brien",
    "'Abd al-Malik",
    'a=b',
    'R&D - East',
    '1+1',
    'x@example.com',
    ';',
    "a;'b",
    '',
  ]) {
    t.equal(guardFormulas(text), text)
    t.equal(unguardFormulas(text), text)
  }
})

t.test('an apostrophe comes in front, one more where one is already', async (t) => {
  const guarded: Record<string, string> = {
    '=1+1': "'=1+1",
    '+49': "'+49",
    '-': "'-",
    '@SUM(A1)': "'@SUM(A1)",
    '＝1': "'＝1",
    "'=1": "''=1",
    "''=1": "'''=1",
    'x;=1': "x;'=1",
    "x;'=1;=2": "x;''=1;'=2",
    '=1;=2': "'=1;'=2",
  }
  for (const [text, expected] of Object.entries(guarded)) t.equal(guardFormulas(text), expected)
})

t.end()
