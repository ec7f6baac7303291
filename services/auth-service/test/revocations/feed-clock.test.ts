import t, { type Test } from 'tap'
import { startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

const HOUR_MS = 3_600_000

const auth = await startAuthService(t)
const logOut = (refreshToken: string) => auth.call('POST', '/auth/logout', { body: { refreshToken } })

/** Another clock for as long as `work` takes. */
async function withClock(t: Test, aheadMs: number, work: () => Promise<void>): Promise<void> {
  const { now } = Date
  const restore = t.intercept(Date, 'now', { value: () => now.call(Date) + aheadMs }).restore
  try {
    await work()
  } finally {
    restore()
  }
}

for (const [title, aheadMs] of [
  ['ahead of that of Redis takes no revocation out of the feed', HOUR_MS],
  ['set back publishes revocations that outlive the tokens of before', -HOUR_MS],
] as const) {
  t.test(`a clock that is ${title}`, async (t) => {
    const [before, meanwhile] = [await auth.newUser(), await auth.newUser()]
    t.equal((await logOut(before.refreshToken)).statusCode, 204)
    await withClock(t, aheadMs, async () => {
      t.equal((await logOut(meanwhile.refreshToken)).statusCode, 204)
    })
    const verifier = await startResourceService(t, auth)
    t.equal(await verifier.verify(before.accessToken), 'token_revoked')
    t.equal(await verifier.verify(meanwhile.accessToken), 'token_revoked')
  })
}
