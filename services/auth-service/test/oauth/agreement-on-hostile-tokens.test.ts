import { Redis } from 'ioredis'
import t from 'tap'
import { confusedKeys, ownKeys, wrongAlgorithms } from '../../../../packages/resource-server/test/hostile/algorithms.ts'
import {
  accepted,
  expired,
  missingClaims,
  oddClaims,
  strangers,
  untimely,
} from '../../../../packages/resource-server/test/hostile/claims.ts'
import * as forged from '../../../../packages/resource-server/test/hostile/forge-token.ts'
import { oddForms, oddTexts } from '../../../../packages/resource-server/test/hostile/forms.ts'
import { criticalHeaders, unknownKids, wrongKinds } from '../../../../packages/resource-server/test/hostile/headers.ts'
import { createRedisDeadline } from '../../src/redis/redis-deadline.ts'
import { createRedisSessionCommands } from '../../src/sessions/redis-session-commands.ts'
import { databaseOf } from '../support/audit.ts'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic, send } from '../support/send-form.ts'
import { snapshotRecordsOf } from '../support/snapshot-records.ts'

// Introspection gives the same answer as a verifier that checks a token itself.

const BASIC = basic(PAYROLL)

t.test('introspection and a verifier refuse every hostile token, although the session it names is live', async (t) => {
  const now = (): number => forged.nowSeconds * 1000
  const web = { clientId: 'web', secret: 'a-secret-of-web-that-is-long-enough-too', scopes: ['employees:read'] }
  const auth = await listen(t, {
    now,
    variables: {
      TOKEN_ISSUER: forged.issuer,
      TOKEN_AUDIENCE: forged.audience,
      ACCESS_TOKEN_SECRET: `${forged.kid}:${forged.secret}`,
      SERVICE_CLIENTS: JSON.stringify([PAYROLL, web]),
    },
  })
  const resource = await startResourceService(t, auth, { now, keys: `${forged.kid}:${forged.secret}` })
  const db = databaseOf(t, auth)
  const redis = new Redis(auth.environment.redisUrl)
  t.teardown(() => redis.disconnect())
  const { sub: userId, did: deviceId, sid, ver, roles } = forged.goodClaims
  const user = {
    id: userId,
    email: 'u1@example.test',
    username: 'u1',
    fullName: null,
    roles: roles.map(() => 'user' as const),
    status: 'active' as const,
    emailVerified: true,
    createdAt: new Date(0),
  }
  const commands = createRedisSessionCommands({
    redis,
    limits: auth.config.sessions,
    snapshots: snapshotRecordsOf(auth.config, now),
    deadline: createRedisDeadline(redis),
    keyPrefix: auth.environment.redisPrefix,
    now,
  })
  const opening = await commands.open({
    userId,
    deviceId,
    sid,
    delivery: 'body',
    deviceName: 'd',
    client: { ip: '127.0.0.1', userAgent: 'test', actorId: null, requestId: 'test' },
    snapshot: { user, tokenVersion: ver },
  })
  t.equal(opening.outcome, 'opened')

  const verdicts = async (token: string) => {
    const introspection = await send(`${auth.url}/oauth/introspect`, { token }, BASIC)
    return { introspection: introspection.text, local: await resource.verify(token) }
  }
  let count = 0
  for (const table of [
    wrongAlgorithms,
    confusedKeys,
    ownKeys('http://127.0.0.1:1/'),
    unknownKids,
    criticalHeaders,
    oddForms,
    oddTexts,
    missingClaims,
    oddClaims,
    untimely,
    expired,
    strangers,
    wrongKinds,
  ]) {
    for (const [title, token] of Object.entries(table)) {
      const { introspection, local } = await verdicts(token)
      t.equal(introspection, '{"active":false}', title)
      t.match(local, /^(?:invalid_token|token_expired|invalid_request)$/, title)
      count++
    }
  }
  t.ok(count > 200, `${count} of them`)
  for (const [title, token] of Object.entries({ 'a good token': forged.tokenWith(), ...accepted })) {
    // A version that the client does not have yet would be refused here.
    if (title === 'a service client that lost a scope') {
      await db.updateTable('service_clients').set({ version: 1 }).where('client_id', '=', 'web').execute()
    }
    const { introspection, local } = await verdicts(token)
    t.equal(JSON.parse(introspection).active, true, title)
    t.equal(local, 'ok', title)
  }
})
