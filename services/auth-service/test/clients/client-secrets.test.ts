import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseKeyRing } from '@latchkey/access-token'
import { createDatabase } from '@latchkey/database'
import { eventually, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { createClientSecretKeys } from '../../src/clients/client-secret-keys.ts'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { type Client, newClient, rebooting, works } from '../support/clients.ts'

const { environment, boot } = await rebooting(t)

const database = createDatabase<AuthSchema>({
  url: environment.databaseUrl,
  applicationName: 'test',
  poolSize: 1,
  schema: environment.schema,
  onError: () => {},
})
t.teardown(() => database.close())
const { db } = database

t.test('a stored secret cannot be verified without a key of the settings', async (t) => {
  const client = await newClient(await boot(t), 'kept')
  const row = await db
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', '=', 'kept')
    .executeTakeFirstOrThrow()
  t.notSame(row.hash, createHmac('sha256', row.salt).update(client.secret).digest())
  const keys = await db.selectFrom('client_secret_keys').selectAll().execute()
  t.equal(keys.length, 1)
  t.equal(keys[0]?.sealed.length, 12 + 32 + 16, 'sealed')
})

t.test('the ring of the settings may change key by key, and the key of the secrets stays readable', async (t) => {
  const [one, two, three] = ['1', '2', '3'].map((n) => `r${n}:refresh-refresh-refresh-refresh-${n}`)
  async function openWith(...keys: (string | undefined)[]): Promise<string> {
    const ring = parseKeyRing(keys.join())
    const { current, get } = await createClientSecretKeys({ db, ring: () => ring })()
    return `${current} ${get(current)?.toString('hex')}`
  }
  // Another ring than that of the service above, so a new key is made; that one stays.
  const opened = await openWith(one)
  t.equal(await openWith(one, two), opened, 'a new key behind')
  t.equal(await openWith(two, one), opened, 'in front')
  t.equal(await openWith(two), opened, 'the old one gone')
  t.equal(await openWith(three, two), opened, 'in one step')
  t.equal(await openWith(three), opened)
  t.equal(await openWith(one), opened, 'a replica that was not restarted, restarted')
  t.not(await openWith('r1:a-wholly-different-key-of-that-name'), opened, 'a ring that has nothing of the old ones')
  t.equal(await openWith(two), opened, 'and back')
})

t.test(
  'with an entirely different ring secrets are refused and the log says so; new secrets work, and the old ring too',
  async (t) => {
    const auth = await boot(t)
    const client = await newClient(auth, 'kept-too')
    const other = await boot(t, { REFRESH_TOKEN_SECRET: 'r9:a-wholly-different-ring-of-keys-here' })
    t.notOk(await works(other, client))
    const [warning] = other.logs.lines().filter((line) => line.event === 'client_secrets_shut')
    t.same(warning?.clientIds, ['kept', 'kept-too'])
    t.notMatch(auth.logs.text(), 'client_secrets_shut')
    const asAdmin = await administratorOf(other)
    const secret: string = (await asAdmin('POST', '/admin/clients/kept-too/secrets')).json().clientSecret
    t.ok(await works(other, { ...client, secret }))
    t.ok(await works(auth, client))
  },
)

t.test('a ring that changes in its file while no client signs in loses no secret', async (t) => {
  const [one, two] = ['1', '2'].map((n) => `r${n}:followed-followed-followed-followed-${n}`)
  const own = await testEnvironment(t)
  const file = join(t.testdir({ ring: one ?? '' }), 'ring')
  const follow = { REFRESH_TOKEN_SECRET: '', REFRESH_TOKEN_SECRET_FILE: file }
  const auth = await startAuthService(t, { environment: own, variables: follow })
  const client = await newClient(auth, 'idle')
  const isTakenOver = (times: number): Promise<boolean> =>
    eventually(() => auth.logs.text().split('reloaded from its changed file').length > times)
  writeFileSync(file, `${two},${one}`)
  t.ok(await isTakenOver(1))
  writeFileSync(file, String(two))
  t.ok(await isTakenOver(2))
  const restarted = await startAuthService(t, { environment: own, variables: follow })
  t.same([await works(auth, client), await works(restarted, client)], [true, true])
  writeFileSync(file, 'r3:a-whole-new-ring-while-it-runs-it-knows')
  t.ok(await isTakenOver(3))
  const isOpenedByAnother = async (): Promise<boolean> => {
    const next = await startAuthService(t, { environment: own, variables: follow })
    return works(next, client)
  }
  t.ok(await eventually(isOpenedByAnother), 'the next replica can open it')
  t.ok(await works(auth, client))
})

t.test('secrets that were hashed without a key are hashed again with one', async (t) => {
  const auth = await boot(t)
  const client = await newClient(auth, 'older')
  const { salt } = await db
    .selectFrom('client_secrets')
    .select('salt')
    .where('client_id', '=', 'older')
    .executeTakeFirstOrThrow()
  const hash = createHmac('sha256', salt).update(client.secret).digest()
  await db.updateTable('client_secrets').set({ hash, key_id: null }).where('client_id', '=', 'older').execute()
  t.notOk(await works(auth, client))
  t.ok(await works(await boot(t), client))
  const row = await db
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', '=', 'older')
    .executeTakeFirstOrThrow()
  t.ok(row.key_id)
  t.notSame(row.hash, hash)
})

t.test('replicas that start together agree on one key', async (t) => {
  const fresh = await testEnvironment(t)
  const replicas = await Promise.all([1, 2, 3].map(() => startAuthService(t, { environment: fresh })))
  const [first] = replicas
  if (!first) throw new Error('three replicas')
  const client = await newClient(first, 'shared')
  for (const replica of replicas) t.ok(await works(replica, client))
})

t.test('two secrets are valid during a change; the last use is recorded without a write per token', async (t) => {
  const auth = await boot(t)
  const client = await newClient(auth, 'changing')
  const version = async (): Promise<unknown> =>
    (
      await db
        .selectFrom('service_clients')
        .select(['last_used_at'])
        .where('client_id', '=', 'changing')
        .executeTakeFirstOrThrow()
    ).last_used_at
  t.equal(await version(), null)
  t.ok(await works(auth, client))
  const noted = await version()
  t.ok(noted instanceof Date)
  for (let n = 0; n < 5; n++) await works(auth, client)
  t.same(await version(), noted)
  await db
    .updateTable('service_clients')
    .set({ last_used_at: new Date(Date.now() - 61_000) })
    .where('client_id', '=', 'changing')
    .execute()
  t.ok(await works(auth, client))
  t.ok(Date.parse(String(await version())) >= Date.parse(String(noted)))

  const asAdmin = await administratorOf(auth)
  const next = async (): Promise<Client> => ({
    ...client,
    secret: (await asAdmin('POST', '/admin/clients/changing/secrets')).json().clientSecret,
  })
  const second = await next()
  t.same([await works(auth, client), await works(auth, second)], [true, true])
  const third = await next()
  t.same([await works(auth, client), await works(auth, second), await works(auth, third)], [false, true, true])
})
