import t from 'tap'
import { PASSWORD, startAuthService } from './support/auth-service.ts'
import { sha1, startRangeService } from './support/range-service.ts'

const BREACHED = 'seven otters were in a breach'
const MANY = { failures: 1000, seconds: 60 }
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
  // Nothing here is about how often one account changes its password.
  accountQuotas: { 'password-changes': MANY },
  passwordLimits: { checks: MANY, holder: MANY, holders: MANY },
})
const user = await auth.newUser()
const changeTo = (newPassword: string) => ({
  token: user.accessToken,
  body: { currentPassword: PASSWORD, newPassword },
})
const change = (newPassword: string) => auth.call('POST', '/auth/password', changeTo(newPassword))

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
  const responses = await Promise.all(
    Array.from({ length: 60 }, () => auth.once.call('POST', '/auth/password', changeTo('Latchkey2026!!!!'))),
  )
  const busy = responses.filter(({ statusCode }) => statusCode !== 400)
  t.ok(busy.length > 0, 'the places are taken')
  for (const response of busy) {
    t.match(response.json(), { status: 503, code: 'unavailable' })
    t.ok(Number(response.headers['retry-after']) > 0)
  }
  t.equal((await change('Latchkey2026!!!!')).statusCode, 400, 'afterwards there is time again')
})
