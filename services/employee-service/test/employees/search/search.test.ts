import t from 'tap'
import { employeeApp, READER, WRITER } from '../../support/employee-app.ts'

const { app } = await employeeApp(t)

async function create(payload: object): Promise<string> {
  const answer = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json().id
}
async function find(query: string): Promise<string[]> {
  const answer = await app.inject({ url: '/employees', headers: READER, query: { query } })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json().items.map(({ id }: { id: string }) => id)
}

const jose = await create({
  firstName: 'José',
  lastName: 'Müller-Lüdenscheidt',
  email: 'jml@example.com',
  jobTitle: 'R&D Engineer',
})
const ivan = await create({
  firstName: 'Иван',
  lastName: 'Ёлкин',
  email: 'ivan@example.org',
  jobTitle: 'Chief Engineer',
})
const wei = await create({ firstName: '伟', lastName: '李', email: 'wei.li@example.com' })
const anh = await create({ firstName: 'Ánh', lastName: 'Nguyễn', email: 'anh@example.com', jobTitle: 'Bäcker' })
const jorgen = await create({
  firstName: 'Jørgen',
  lastName: 'Straße',
  email: 'o_neil@example.com',
  jobTitle: 'Æsthetician',
})

const ida = await create({ firstName: 'Ida', lastName: 'Ora', email: 'ida@bücher.example' })

const finds: [what: string, query: string, found: string[]][] = [
  ['an accent that was not typed', 'jose', [jose]],
  ['an accent that was typed where there is none', 'éngínéèr', [ivan, jose]],
  ['another case', 'MÜLLER', [jose]],
  ['an accent made of two characters', 'mu\u0308ller', [jose]],
  ['letters with a stroke', 'jorgen', [jorgen]],
  ['a sharp s', 'strasse', [jorgen]],
  ['a sharp s as it is', 'STRAẞE', [jorgen]],
  ['a ligature', 'aesth', [jorgen]],
  ['full-width letters', 'ｎｇｕｙｅｎ', [anh]],
  ['several accents on a letter', 'nguyen', [anh]],
  ['Cyrillic in another case', 'ИВАН', [ivan]],
  ['Cyrillic with and without its dots', 'елкин', [ivan]],
  ['a single Chinese character', '李', [wei]],
  ['words in any order', 'lüdenscheidt r&d jose', [jose]],
  ['an address of an international domain', 'ora IDA@BÜCHER.example', [ida]],
  ['the same address in its other spelling', 'ida@xn--bcher-kva', [ida]],
  ['words from different members', 'chief .org', [ivan]],
  ['a word of the middle', 'densch', [jose]],
  ['one word that is not there', 'jose nobody', []],
  ['one letter', 'k', [anh, ida]],
  ['two letters', 'rg', [jorgen, ivan].sort()],
  ['a sign', '&', [jose]],
  ['an underscore, which is no wildcard', '_', [jorgen]],
  ['a per cent sign, which is no wildcard', '%', []],
  ['a backslash', '\\', []],
  ['a quote', "'", []],
  ['white space of other kinds', '\u00a0jose\u3000müller\u2003', [jose]],
  ['the same word many times', 'jose '.repeat(30), [jose]],
  ['more words than there are indexes for', 'jose müller engineer r&d example.com jml scheidt', [jose]],
]

for (const [what, query, found] of finds) {
  t.test(`a search understands ${what}`, async (t) => {
    t.same((await find(query)).sort(), [...found].sort())
  })
}

t.test('a search follows every change of the texts it looks through', async (t) => {
  const id = await create({ firstName: 'Before', lastName: 'Change', email: 'before@example.com' })
  const patch = (payload: object) => app.inject({ method: 'PATCH', url: `/employees/${id}`, headers: WRITER, payload })
  await patch({ lastName: 'Qwertz', jobTitle: 'Zwölftöner' })
  t.same(await find('qwertz zwolf'), [id])
  await patch({ jobTitle: null })
  t.same(await find('qwertz zwolf'), [])
  await app.inject({ method: 'DELETE', url: `/employees/${id}`, headers: WRITER })
  t.same(await find('qwertz'), [])
})

t.test(
  'of forty searches of one caller at once some are answered, the rest is told to wait; all other reads go on',
  async (t) => {
    const searches = Array.from({ length: 40 }, () => app.inject({ url: '/employees?query=a', headers: READER }))
    const lists = Array.from({ length: 5 }, () => app.inject({ url: '/employees?limit=1', headers: READER }))
    t.same([...new Set((await Promise.all(lists)).map(({ statusCode }) => statusCode))], [200])
    const answers = await Promise.all(searches)
    t.ok(answers.some(({ statusCode }) => statusCode === 200))
    const refused = answers.filter(({ statusCode }) => statusCode === 429)
    t.ok(refused.length > 0)
    for (const answer of refused) {
      t.match(answer.json(), { code: 'too_many_requests', detail: /searches/ })
      t.match(answer.headers, { 'retry-after': '1', ratelimit: '"searches";r=0;t=1' })
    }
  },
)

t.end()
