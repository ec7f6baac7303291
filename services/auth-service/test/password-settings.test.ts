import t from 'tap'
import { PASSWORD, startAuthService } from './support/auth-service.ts'
import { sha1, startRangeService } from './support/range-service.ts'

const BREACHED = 'seven otters were in a breach'
const ranges = await startRangeService(t, (range) =>
  sha1(BREACHED).startsWith(range) ? `${sha1(BREACHED).slice(5)}:3` : '',
)
const auth = await startAuthService(t, {
  variables: {
    TOKEN_ISSUER: 'https://id.wolkenkuckucksheim.example',
    PUBLIC_URL: 'https://konto.übermorgenland.example/anmelden',
    PASSWORD_CONTEXT_WORDS: 'acme, rotterdam',
    BREACHED_PASSWORDS_URL: ranges.url,
  },
})
const user = await auth.newUser()
const change = (newPassword: string) =>
  auth.call('POST', '/auth/password', { token: user.accessToken, body: { currentPassword: PASSWORD, newPassword } })

for (const [password, why] of [
  ['Latchkey2026!!!!', 'the name of the product'],
  ['Wolkenkuckucksheim', 'the host of the service'],
  ['Übermorgenland1!', 'its host for browsers'],
  ['AcmeRotterdam2026', 'words of the company'],
] as const) {
  t.test(`${password} is refused for ${why}`, async (t) => {
    const response = await change(password)
    t.equal(response.statusCode, 400)
    t.match(response.json(), {
      code: 'invalid_request',
      errors: [{ path: '/newPassword', message: 'is too common or too easy to guess' }],
    })
  })
}

t.test('a breached password is refused', async (t) => {
  t.match((await change(BREACHED)).json().errors, [{ path: '/newPassword', message: 'is known from a data breach' }])
})

t.test('more passwords than can be checked in time are 503 with Retry-After, none is 500', async (t) => {
  const responses = await Promise.all(Array.from({ length: 60 }, () => change('Latchkey2026!!!!')))
  const statuses = new Set(responses.map(({ statusCode }) => statusCode))
  t.same([...statuses].sort(), [400, 503])
  const busy = responses.find(({ statusCode }) => statusCode === 503)
  t.equal(busy?.json().code, 'unavailable')
  t.ok(Number(busy?.headers['retry-after']) > 0)
})
