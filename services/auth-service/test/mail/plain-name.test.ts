import fc from 'fast-check'
import t from 'tap'
import { plainName } from '../../src/mail/plain-name.ts'

for (const [name, shown] of [
  ['Ada Lovelace', 'Ada Lovelace'],
  ['Zoë O’Hara-Müller, Jr.', 'Zoë O’Hara-Müller, Jr.'],
  ['J. R. R. Tolkien', 'J. R. R. Tolkien'],
  ['山田 太郎', '山田 太郎'],
  ['win at evil.example', 'win at evil example'],
  ['https://evil.example/now', 'https evil example now'],
  ['mail me@evil.example', 'mail me evil example'],
  ['call +49 30 1234567', 'call 49 30 …'],
  ['www.evil.example', 'www evil example'],
  ['ｅｖｉｌ．ｅｘａｍｐｌｅ', 'evil example'],
  ['<b>Ada</b>', 'b Ada b'],
  ['Ada\u202Egnol\nX', 'Ada gnol X'],
] as const) {
  t.test(`the name ${JSON.stringify(name)} is shown as ${JSON.stringify(shown)}`, async (t) => {
    t.equal(plainName(name), shown)
  })
}

t.test('no name is long, has two lines, or holds what a mail program makes a link of', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const shown = plainName(name)
      return (
        [...shown].length <= 60 &&
        !/[\p{Cc}\p{Cf}\n<>@/:&"]/u.test(shown) &&
        !/[\p{L}\p{N}]\.[\p{L}\p{N}]/u.test(shown) &&
        !/\p{N}{5}/u.test(shown)
      )
    }),
    { numRuns: 500 },
  )
  t.pass('held for 500 names')
})
