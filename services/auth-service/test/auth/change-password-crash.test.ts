import { type RelayedChunk, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

/** A change needs fewer replies of Redis and Postgres together, also through a pooler. */
const MOST_REPLIES = 240

t.setTimeout(300_000)

// One replica dies at each step of a change, as the stores see it: its connections break and nothing of it arrives any more. The
// other one goes on with the connections that it has, so that nothing has it repeat what was recorded.
const environment = await testEnvironment(t)
/** More than a person needs. */
const accountQuotas = {
  'password-changes': { failures: 1000, seconds: 3600 },
  'sign-ins': { failures: 1000, seconds: 3600 },
}
const survivor = await startAuthService(t, { environment, accountQuotas })
const resource = await startResourceService(t, survivor)
let remaining = Number.POSITIVE_INFINITY
const onChunk = ({ from }: RelayedChunk): Promise<void> | undefined =>
  from === 'server' && --remaining === 0 ? die() : undefined
const redis = await tcpRelay(t, environment.redisUrl, { onChunk })
const postgres = await tcpRelay(t, environment.databaseUrl, { onChunk })
const { once: dying } = await startAuthService(t, {
  environment: { ...environment, databaseUrl: postgres.url, redisUrl: redis.url },
  accountQuotas,
})

async function die(): Promise<void> {
  await Promise.all([redis.refuse(), postgres.refuse()])
}

async function revive(): Promise<void> {
  remaining = Number.POSITIVE_INFINITY
  await Promise.all([redis.restore(), postgres.restore()])
  while ((await dying.call('GET', '/health/ready')).statusCode !== 200);
}

t.test(
  'a replica that dies at any step of a change leaves the old or the new password, and no live token of before the new one',
  async (t) => {
    const { email } = await survivor.newUser()
    const outcomes = { old: 0, new: 0 }
    let password: string = PASSWORD
    for (let step = 1; step <= MOST_REPLIES; step++) {
      const here = await survivor.signIn(email, { password })
      const elsewhere = await survivor.signIn(email, { password })
      const newPassword = `a heron walks over ${step} slow rivers`
      remaining = step
      const response = await dying.call('POST', '/auth/password', {
        token: here.accessToken,
        body: { currentPassword: password, newPassword },
      })
      const hasDied = remaining <= 0
      await revive()

      const works = async (candidate: string): Promise<boolean> =>
        (await survivor.call('POST', '/auth/login', { body: { email, password: candidate } })).statusCode === 200
      const [oldWorks, newWorks] = [await works(password), await works(newPassword)]
      t.not(oldWorks, newWorks, `step ${step}: one of both passwords works`)
      outcomes[newWorks ? 'new' : 'old']++
      if (newWorks) {
        for (const session of [here, elsewhere]) {
          const refresh = await refreshWith(survivor, session.refreshToken)
          t.match(refresh.json().code, /^(session_ended|token_superseded)$/, `step ${step}: its session is over`)
          const me = await survivor.call('GET', '/auth/me', { token: session.accessToken })
          t.equal(me.json().code, 'token_revoked', `step ${step}: its access token is void here`)
          t.ok(await resource.eventuallyRefuses(session.accessToken), `step ${step}: and elsewhere`)
        }
        password = newPassword
      }
      if (hasDied) continue
      t.equal(response.statusCode, 200)
      t.comment(`${step - 1} steps: ${outcomes.old} left the old password, ${outcomes.new} the new one`)
      t.ok(outcomes.old > 10 && outcomes.new > 0)
      return
    }
    t.fail(`a change took more than ${MOST_REPLIES} replies`)
  },
)
