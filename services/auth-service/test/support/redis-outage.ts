import type { LightMyRequestResponse as Response } from 'fastify'
import type { Test } from 'tap'
import { cookieHeader, PASSWORD, type SignedIn, type TestService, untilReady } from './auth-service.ts'

type Assertions = Pick<Test, 'equal' | 'ok' | 'match'>

/** 503 as a client needs it: nothing decided, no cookie changed, and a time to retry. */
export function assertUnavailable(t: Assertions, response: Response, message: string): void {
  t.equal(response.statusCode, 503, message)
  t.equal(response.json().code, 'unavailable', message)
  t.ok(Number(response.headers['retry-after']) > 0, message)
  t.equal(response.headers['set-cookie'], undefined, message)
}

async function callsThatNeedRedis(
  { once: auth }: TestService,
  user: SignedIn,
  cookies: string,
): Promise<[string, Response][]> {
  const headers = { 'sec-fetch-site': 'same-origin' }
  return Promise.all(
    [
      ['refresh', auth.call('POST', '/auth/refresh', { cookies, headers })] as const,
      ['sign-in', auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })] as const,
      ['sign-out', auth.call('POST', '/auth/logout', { cookies, headers })] as const,
      ['sign-out by access token', auth.call('POST', '/auth/logout', { token: user.accessToken })] as const,
      ['sign-out everywhere', auth.call('POST', '/auth/logout-all', { token: user.accessToken })] as const,
      ['who am I', auth.call('GET', '/auth/me', { token: user.accessToken })] as const,
      [
        'a change of password',
        auth.call('POST', '/auth/password', {
          token: user.accessToken,
          body: { currentPassword: PASSWORD, newPassword: 'copper-lantern-drifts-9' },
        }),
      ] as const,
    ].map(async ([name, pending]): Promise<[string, Response]> => [name, await pending]),
  )
}

/** While Redis has a fault every call that needs it answers 503, and afterwards sessions go on where they were. */
export async function assertOutage(
  t: Assertions,
  auth: TestService,
  { begin, end }: { readonly begin: () => Promise<void>; readonly end: () => Promise<void> },
): Promise<void> {
  const user = await auth.newUser()
  const login = await auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
  await begin()
  for (const [name, response] of await callsThatNeedRedis(auth, user, cookieHeader(login)))
    assertUnavailable(t, response, name)
  const ready = await auth.app.operations.inject('/health/ready')
  t.equal(ready.statusCode, 503)
  t.match(ready.json(), {
    status: 'unavailable',
    checks: { redis: { status: 'unavailable' }, postgres: { status: 'ok' } },
  })
  t.equal((await auth.once.call('GET', '/health/live')).statusCode, 200)
  await end()
  await untilReady(auth)
  const after = await auth.call('POST', '/auth/refresh', {
    cookies: cookieHeader(login),
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  t.equal(after.statusCode, 200)
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
  await auth.signIn(user.email)
}
