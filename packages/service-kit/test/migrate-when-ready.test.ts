import t from 'tap'
import { migrateWhenReady } from '../src/index.ts'

type MigrationRoles = Parameters<Parameters<typeof migrateWhenReady>[1]>[0]

const names = { owner: 'OWNER_URL', url: 'SOME_URL', sessionUrl: 'SESSION_URL' }
const addresses = { ownerUrl: 'postgres://owner', databaseUrl: 'postgres://pooler', sessionDatabaseUrl: undefined }
const isTemporary = (error: unknown): boolean => error instanceof Error && error.message === 'not yet'

t.test('the role of the service is asked for past the pooler, and an operator is told', async (t) => {
  const said: unknown[] = []
  const log = { warn: (...words: unknown[]) => void said.push(...words) }
  const rolesFor = async (sessionDatabaseUrl: string | undefined): Promise<MigrationRoles | undefined> => {
    let given: MigrationRoles | undefined
    const options = { addresses: { ...addresses, sessionDatabaseUrl }, names, log, isTemporary }
    await migrateWhenReady(options, async (roles) => {
      given = roles
      roles.warn('one role')
    })
    return given
  }
  t.match(await rolesFor(undefined), {
    owner: { url: 'postgres://owner', setting: 'OWNER_URL' },
    runtime: { url: 'postgres://pooler', setting: 'SOME_URL' },
  })
  t.match(await rolesFor('postgres://direct'), { runtime: { url: 'postgres://direct', setting: 'SESSION_URL' } })
  t.same(said, ['one role', 'one role'])
})

t.test('a migration waits for Postgres, and not for what time does not cure', async (t) => {
  const options = { addresses, names, log: { warn() {} }, isTemporary }
  let calls = 0
  await migrateWhenReady(options, async () => {
    if (++calls < 3) throw new Error('not yet')
  })
  t.equal(calls, 3)
  const lasting = new Error('no such role')
  await t.rejects(
    migrateWhenReady(options, async () => {
      throw lasting
    }),
    lasting,
  )
})
