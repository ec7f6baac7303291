import fc from 'fast-check'
import { LinkifyIt } from 'linkify-it'
import t from 'tap'
import { mailNameOf, plainName } from '../../src/mail/plain-name.ts'

/** As eager as mail programs are: addresses of any kind, without a scheme too. */
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: true })
const TELEPHONE = /\p{N}(?:[^\p{L}\p{M}…]*\p{N}){6,}/u

for (const [name, shown] of [
  ['Ada Lovelace', 'Ada Lovelace'],
  ['Zoë O’Hara-Müller, Jr.', 'Zoë O’Hara-Müller, Jr.'],
  ['J. R. R. Tolkien', 'J. R. R. Tolkien'],
  ['山田 太郎', '山田 太郎'],
  ['مريم الأسطرلابي', 'مريم الأسطرلابي'],
  ['प्रिया शर्मा', 'प्रिया शर्मा'],
  ['Nguyễn Thị Minh Khai', 'Nguyễn Thị Minh Khai'],
  ['Ada 🦄 Lovelace 👩🏽‍💻', 'Ada Lovelace'],
  ['🦄🦄', ''],
  ['. - ’', ''],
  ['win at evil.example', 'win at evil example'],
  ['evil.com', 'evil com'],
  ['evil。com', 'evil com'],
  ['evil\u200B.com', 'evil com'],
  ['https://evil.example/now', 'https evil example now'],
  ['HTTP:\\\\evil', 'HTTP evil'],
  ['mail me@evil.example', 'mail me evil example'],
  ['a@b.c', 'a b c'],
  ['www.evil.example', 'www evil example'],
  ['ｅｖｉｌ．ｅｘａｍｐｌｅ', 'evil example'],
  ['tel:+4930123456', 'tel …'],
  ['call +49 30 1234567', 'call …'],
  ['555-123-4567', ''],
  ['192.0.2.1', '192 0 2 1'],
  ['<b>Ada</b>', 'b Ada b'],
  ['Ada\u202Egnol\nX', 'Ada gnol X'],
  [`Zo${'\u0323'.repeat(40)}e`, `Zo${'\u0323'.repeat(4)}e`],
  ['Chrome 131 on Windows 10', 'Chrome 131 on Windows 10'],
] as const) {
  t.test(`the name ${JSON.stringify(name)} is shown as ${JSON.stringify(shown)}`, async (t) => {
    t.equal(plainName(name), shown.normalize('NFC'))
  })
}

t.test('a name of a thousand characters is shown by its first 59', async (t) => {
  t.equal(plainName('x'.repeat(1000)), `${'x'.repeat(59)}…`)
  t.equal([...plainName('𠮷'.repeat(1000))].length, 60)
})

t.test('a user without a readable full name is shown by the user name', async (t) => {
  t.equal(mailNameOf({ fullName: 'Ada Lovelace', username: 'ada' }), 'Ada Lovelace')
  t.equal(mailNameOf({ fullName: null, username: 'ada' }), 'ada')
  t.equal(mailNameOf({ fullName: '🦄', username: 'ada.lovelace' }), 'ada lovelace')
})

/** Names with what links are made of. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('www', 'http', 'https', 'mailto', 'tel', 'evil', 'com', 'xn--p1ai', 'localhost', '127', '4930'),
      fc.constantFrom(
        '.',
        '..',
        '@',
        ':',
        '/',
        '//',
        '://',
        '。',
        '．',
        '｡',
        '․',
        '\u00AD',
        '\u200B',
        '\u2060',
        '-',
        '+',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

t.test('no name is long, has two lines, changes direction, or holds what a mail program makes a link of', async (t) => {
  fc.assert(
    fc.property(hostile, (name) => {
      const shown = plainName(name)
      return (
        [...shown].length <= 60 &&
        !/[\p{Cc}\p{Cf}\n<>@/:&"]/u.test(shown) &&
        !linkify.test(shown) &&
        !linkify.test(`Invited by: ${shown}`) &&
        !TELEPHONE.test(shown)
      )
    }),
    { numRuns: 5000 },
  )
  t.pass('held for 5,000 names')
})
