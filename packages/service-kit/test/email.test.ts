import t from 'tap'
import { AnyText, Body, createInputCheck, Email } from '../src/index.ts'

const check = createInputCheck(Body({ email: Email() }))
const checkName = createInputCheck(Body({ email: AnyText(254, { 'x-normalize': 'email' }) }))

const read = (email: string) => {
  const input = { email }
  return { faults: check(input), email: input.email }
}

const A_LABEL = 'max@xn--mller-kva.de'
const addresses: [typed: string, stored: string][] = [
  ['ada@example.com', 'ada@example.com'],
  ['Ada@Example.com', 'Ada@Example.com'],
  ['ada@example.com ', 'ada@example.com'],
  ['\u00a0 ada@example.com\u3000', 'ada@example.com'],
  ['max@müller.de', A_LABEL],
  ['max@MÜLLER.de', A_LABEL],
  ['max@mu\u0308ller.de', A_LABEL],
  ['max@müller。de', A_LABEL],
  [` ${A_LABEL} `, A_LABEL],
  ['a@日本語.example', 'a@xn--wgv71a119e.example'],
]

for (const [typed, stored] of addresses) {
  t.test(`${JSON.stringify(typed)} is the address ${stored}`, async (t) => {
    t.same(read(typed), { faults: [], email: stored })
    const input = { email: typed }
    t.same([checkName(input), input.email], [[], stored], 'at the sign-in, too')
  })
}

const refused = [
  'josé@example.com',
  'ada@example.com\n',
  '\tada@example.com',
  'ada@müller.de\n',
  'ada@mü\tller.de',
  'ada@%6düller.de',
  'ada@müller.de/path',
  'ada@müller.de:25',
  'ada@mü\u00adller.de',
  'a da@example.com',
  'ada@exa mple.com',
  'ada@müller',
  'ada@mü_ller.de',
  `ada@${'ü'.repeat(80)}.de`,
  `${' '.repeat(2000)}ada@example.com`,
  'ada@',
  'müller.de',
  ' ',
]

for (const typed of refused) {
  t.test(`${JSON.stringify(typed.slice(0, 40))} is no address`, async (t) => {
    const { faults } = read(typed)
    t.equal(faults.length, 1)
    t.equal(faults[0]?.path, '/email')
    if (typed.length < 200) t.match(faults[0]?.message, 'must be an e-mail address, with ASCII only before the @')
  })
}
