import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t, { variables: { TRUST_PROXY: '127.0.0.1' } })

t.test('one address tries 300 links an hour, of invitations and of verification together', async (t) => {
  const token = 'x'.repeat(43)
  const calls = {
    '/auth/invitations/accept': { token, password: PASSWORD },
    '/auth/verification/confirm': { token },
    '/auth/verification/decline': { token },
  }
  const from = (address: string, url: keyof typeof calls) =>
    auth.call('POST', url, { body: calls[url], headers: { 'x-forwarded-for': address } })
  const urls = Object.keys(calls) as (keyof typeof calls)[]
  for (let n = 0; n < 100; n++) {
    for (const url of urls) t.equal((await from('203.0.113.7', url)).json().code, 'invalid_link')
  }
  const user = await auth.newUser()
  for (const url of urls) {
    const refused = await from('203.0.113.7', url)
    t.equal(refused.statusCode, 429, url)
    t.ok(Number(refused.headers['retry-after']) > 3000, url)
    t.equal((await from('203.0.113.8', url)).statusCode, 400, 'from elsewhere')
  }
  const asked = await auth.call('POST', '/auth/verification', {
    token: user.accessToken,
    headers: { 'x-forwarded-for': '203.0.113.7' },
  })
  t.equal(asked.statusCode, 429)
})
