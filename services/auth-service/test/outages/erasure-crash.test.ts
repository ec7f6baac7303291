import { eventually, type RelayedChunk, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { dumpOf, placesOf } from '../support/dump.ts'
import { startResourceService } from '../support/resource-service.ts'

/** An erasure needs fewer replies of Redis and Postgres together, also through a pooler. */
const MOST_REPLIES = 240

t.setTimeout(300_000)

// One replica dies at each step of an erasure, as the stores see it: its connections break and nothing of it arrives any more.
const environment = await testEnvironment(t)
const survivor = await startAuthService(t, { environment })
const resource = await startResourceService(t, survivor)
const asAdmin = await administratorOf(survivor)
let remaining = Number.POSITIVE_INFINITY
const onChunk = ({ from }: RelayedChunk): Promise<void> | undefined =>
  from === 'server' && --remaining === 0 ? die() : undefined
const redis = await tcpRelay(t, environment.redisUrl, { onChunk })
const postgres = await tcpRelay(t, environment.databaseUrl, { onChunk })
const { once: dying } = await startAuthService(t, {
  environment: { ...environment, databaseUrl: postgres.url, redisUrl: redis.url },
})
const administrator = await survivor.signInAdmin()

async function die(): Promise<void> {
  await Promise.all([redis.refuse(), postgres.refuse()])
}

async function revive(): Promise<void> {
  remaining = Number.POSITIVE_INFINITY
  await Promise.all([redis.restore(), postgres.restore()])
  while ((await dying.call('GET', '/health/ready')).statusCode !== 200);
}

t.test('a replica that dies at any step of an erasure leaves the account whole, or gone everywhere', async (t) => {
  const outcomes = { whole: 0, gone: 0 }
  for (let step = 1; step <= MOST_REPLIES; step++) {
    const name = `Anglerfisch${step}nummer`
    const user = await survivor.newUser({ fullName: name })
    remaining = step
    const response = await dying.call('DELETE', `/admin/users/${user.userId}`, { token: administrator.accessToken })
    const hasDied = remaining <= 0
    await revive()

    const isThere = (await asAdmin('GET', `/admin/users/${user.userId}`)).statusCode === 200
    outcomes[isThere ? 'whole' : 'gone']++
    if (isThere) {
      t.ok((await survivor.signIn(user.email)).accessToken, `step ${step}: it still signs in`)
      t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204, `step ${step}: once more`)
    } else if (step % 2 === 0) {
      const again = await asAdmin('DELETE', `/admin/users/${user.userId}`)
      t.ok([204, 404].includes(again.statusCode), `step ${step}: the call may be repeated`)
    }
    // Else housekeeping completes it.
    t.ok(await eventually(async () => placesOf(await dumpOf(environment), name).length === 0), `step ${step}: no trace`)
    t.ok(await resource.eventuallyRefuses(user.accessToken), `step ${step}: its access token is void`)
    // The first may still complete what was left.
    await asAdmin('DELETE', `/admin/users/${user.userId}`)
    t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 404, `step ${step}: gone`)
    if (hasDied) continue
    t.equal(response.statusCode, 204)
    t.comment(`${step - 1} steps: ${outcomes.whole} left the account, ${outcomes.gone} did not`)
    t.ok(outcomes.whole > 10 && outcomes.gone > 1)
    return
  }
  t.fail(`an erasure took more than ${MOST_REPLIES} replies`)
})
