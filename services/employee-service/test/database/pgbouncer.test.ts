import { randomUUID } from 'node:crypto'
import { eventually, privatePostgres, startPgbouncer, untilDecided } from '@latchkey/test-kit'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { buildApp } from '../../src/index.ts'
import { authServer } from '../support/auth-server.ts'
import { exportCsv, importCsv } from '../support/csv-calls.ts'
import { employeeApp, LINKER, READER, testConfig, WRITER } from '../support/employee-app.ts'
import { readAs, untilState } from '../support/offboarding-app.ts'

const postgres = await privatePostgres(t)
// Fewer connections than the service has: they go from one transaction to the next.
const pooler = await startPgbouncer(t, { mode: 'transaction', url: postgres.url, settings: { default_pool_size: '3' } })

if ('missing' in pooler) t.plan(0, pooler.missing)
else testBehind(pooler.url)

function testBehind(url: string): void {
  t.test('a pooler in transaction mode alone ends the start by name', async (t) => {
    const config = { ...(await testConfig(t)), database: { url }, logLevel: 'silent' } as const
    await t.rejects(buildApp(config), {
      code: 'POOLED_PER_TRANSACTION',
      message:
        /^EMPLOYEE_DATABASE_URL leads to a pooler in transaction mode\. Set EMPLOYEE_SESSION_DATABASE_URL as well/,
    })
  })

  t.test('behind PgBouncer in transaction mode employees are kept as they are without', async (t) => {
    const auth = await authServer(t)
    const { app, logs } = await employeeApp(t, (config) => ({
      ...config,
      auth: auth.config,
      database: { url, sessionUrl: postgres.url },
    }))
    const ask = (call: InjectOptions) =>
      untilDecided(
        () => app.inject(call),
        ({ statusCode, headers }) => ({ status: statusCode, retryAfter: headers['retry-after'] }),
      )
    const live = async (n: number): Promise<void> => {
      const userId = randomUUID()
      const payload = { firstName: 'Grace', lastName: 'Hopper', email: `grace-${n}@example.com`, userId }
      // A 503 on a busy machine may come after the commit.
      const once = { ...LINKER, 'idempotency-key': `employee-${n}` }
      const created = await ask({ method: 'POST', url: '/employees', headers: once, payload })
      t.equal(created.statusCode, 201, created.body)
      const url = `/employees/${created.json().id}`
      const headers = { ...WRITER, 'if-match': String(created.headers.etag), 'x-request-id': `change-${n}` }
      const changed = await ask({ method: 'PATCH', url, headers, payload: { jobTitle: `Job ${n}` } })
      t.ok([200, 412].includes(changed.statusCode), changed.body)
      const { items } = (await ask({ url: `${url}/history`, headers: WRITER })).json()
      t.match(items[0], { actor: { id: 'test-client' }, requestId: `change-${n}` }, 'the actor of this transaction')
      const found = await ask({ url: '/employees?query=hopper', headers: READER })
      t.ok([200, 429].includes(found.statusCode), found.body)
      const left = await ask({ method: 'POST', url: `${url}/termination`, headers: WRITER, payload: {} })
      t.equal(left.statusCode, 202, left.body)
      await eventually(async () => (await readAs(app, { userId })) === '401 token_revoked')
      await untilState(app, { url }, 'done')
    }
    await Promise.all(Array.from({ length: 8 }, (_, n) => live(n)))

    const rows = Array.from({ length: 400 }, (_, n) => `Ada,Lovelace,ada-${n}@example.com`)
    const imported = await importCsv(app, `firstName,lastName,email\n${rows.join('\n')}\n`)
    t.same(imported.json(), { imported: 400, dryRun: false })
    t.equal((await exportCsv(app)).body.trim().split('\n').length, 409)

    const strange = logs.lines().filter(({ status }) => Number(status) >= 500 && status !== 503)
    t.same(strange, [])
    t.match((await app.operations.inject('/health/ready')).json(), { checks: { postgres: { status: 'ok' } } })
  })
}
