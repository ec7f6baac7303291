import { parseKeyRing } from '@latchkey/access-token'
import { type TestScope, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { createRecordEnvelopes } from '../../src/keys/record-envelopes.ts'
import { ALGORITHMS } from '../support/algorithms.ts'
import { administratorOf, startAuthService, type TestService } from '../support/auth-service.ts'
import { newClient, tokenOf } from '../support/clients.ts'
import { forge } from '../support/tokens.ts'

function scopesOf(t: TestScope, { environment }: Pick<TestService, 'environment'>) {
  const redis = new Redis(environment.redisUrl)
  t.teardown(async () => redis.disconnect())
  const keyOf = (clientId: string): string => `${environment.redisPrefix}client-scopes:${clientId}`
  return {
    redis,
    read: async (clientId: string) => (await redis.get(keyOf(clientId))) ?? '',
    write: (clientId: string, record: string) => redis.set(keyOf(clientId), record),
  }
}

const outcomeOf = async (auth: TestService, token: string): Promise<string> =>
  (await auth.call('GET', '/admin/users', { token })).json().code ?? 'ok'

const foreign = createRecordEnvelopes({ ring: () => parseKeyRing(`r1:${'x'.repeat(40)}`), now: Date.now })
const EVERYTHING = { scopes: ['employees:read', 'users:read'], version: 0 }

for (const { name, variables } of ALGORITHMS) {
  t.test(`${name}: no record that somebody else puts into Redis says what a client may do`, async (t) => {
    const auth = await startAuthService(t, { variables })
    const { read, write } = scopesOf(t, auth)
    const strong = await newClient(auth, 'strong', ['users:read'])
    const token = await tokenOf(auth, await newClient(auth, 'weak'))
    t.equal(await outcomeOf(auth, await tokenOf(auth, strong)), 'ok')
    // Only with the shared key can anybody ask for more than the client was given.
    const asked = name === 'HS256' ? forge(auth, token, { scope: 'employees:read users:read' }) : token
    t.equal(await outcomeOf(auth, asked), 'insufficient_scope')
    const own = createRecordEnvelopes({ ring: auth.config.tokens.refreshKeys.current, now: Date.now })

    const forgeries: Record<string, string> = {
      'of another client': await read('strong'),
      'plain text': JSON.stringify(EVERYTHING),
      'under another key': foreign.encrypt({ kind: 'client scopes', id: 'weak' }, EVERYTHING),
      'of another kind': own.encrypt({ kind: 'user snapshot', id: 'weak' }, EVERYTHING),
      'that there is no such client, in plain text': 'null',
      empty: '',
    }
    for (const [title, forged] of Object.entries(forgeries)) {
      await write('weak', forged)
      t.equal(await outcomeOf(auth, asked), 'insufficient_scope', title)
      t.not(await read('weak'), forged, `${title}: it is replaced`)
      t.notMatch(await read('weak'), /employees|users/, 'nobody reads it')
    }
  })

  t.test(`${name}: scopes from before a client lost one, or was deleted, come back in vain`, async (t) => {
    const auth = await startAuthService(t, { variables })
    const { redis, read, write } = scopesOf(t, auth)
    const asAdmin = await administratorOf(auth)
    const client = await newClient(auth, 'shrinking', ['employees:read', 'users:read'])
    const before = await tokenOf(auth, client)
    t.equal(await outcomeOf(auth, before), 'ok')
    const record = await read('shrinking')

    await asAdmin('PATCH', '/admin/clients/shrinking', { scopes: ['employees:read'] })
    await write('shrinking', record)
    t.equal(await outcomeOf(auth, before), 'token_revoked')
    const after = await tokenOf(auth, client)
    t.equal(await outcomeOf(auth, after), 'insufficient_scope')

    await redis.del(`${auth.environment.redisPrefix}revocations`)
    await write('shrinking', record)
    const later = await startAuthService(t, { variables, beside: auth })
    t.same([await outcomeOf(later, before), await outcomeOf(later, after)], ['token_revoked', 'insufficient_scope'])

    // Called again after a 503, as a busy machine may answer, it is 404.
    t.match(String((await asAdmin('DELETE', '/admin/clients/shrinking')).statusCode), /^(204|404)$/)
    await write('shrinking', record)
    t.same([await outcomeOf(auth, before), await outcomeOf(auth, after)], ['token_revoked', 'token_revoked'])
  })
}

t.test('a record that is kept in Redis beyond its minute counts no longer', async (t) => {
  const environment = await testEnvironment(t)
  let ahead = 0
  const auth = await startAuthService(t, { environment, now: () => Date.now() + ahead })
  const { read, write } = scopesOf(t, auth)
  const asAdmin = await administratorOf(auth)
  const client = await newClient(auth, 'growing', ['employees:read'])
  const token = await tokenOf(auth, client)
  t.equal(await outcomeOf(auth, token), 'insufficient_scope')
  const record = await read('growing')

  await asAdmin('PATCH', '/admin/clients/growing', { scopes: ['employees:read', 'users:read'] })
  const grown = await tokenOf(auth, client)
  await write('growing', record)
  t.equal(await outcomeOf(auth, grown), 'insufficient_scope')
  ahead = 61_000
  t.equal(await outcomeOf(auth, grown), 'ok')
})
