import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { poll, sleep } from '@latchkey/harness'
import type { Test } from 'tap'
import { type Answer, type Ask, type Company, factsOf, type Person } from '../running-company.ts'

/** What is promised. */
const WITHIN_MS = 1000

const change = (ask: Ask, url: string, body: object) => ask(url, { method: 'PATCH', body })
const replace = (ask: Ask, url: string, body: object) => ask(url, { method: 'PUT', body })
const eventually = async (isTrue: () => boolean | Promise<boolean>) => {
  if (!(await poll(async () => isTrue(), { timeoutMs: 20_000, intervalMs: 50 }))) throw new Error('it takes too long')
}
const terminate = (ask: Ask, url: string) => ask(`${url}/termination`, { method: 'POST' })
const reads = async ({ ask }: Pick<Person, 'ask'>) => (await ask('/employees?limit=1')).status

async function employ(ask: Ask, facts: object): Promise<string> {
  const { status, body } = await ask('/employees', { body: facts })
  if (status !== 201) throw new Error(`the employee was not made: ${status} ${body.code}`)
  return `/employees/${body.id}`
}

function isRefused(t: Test, { status, body }: Answer): void {
  t.match(body, { code: 'insufficient_scope', detail: /employees:link/ })
  t.equal(status, 403)
}

/** What hr, and others who write employees, may try against accounts by way of the records that they keep. */
export async function linksOfAccounts(t: Test, company: Company): Promise<void> {
  const { administrator } = company
  const hr = await company.join('Harriet', 'hr')
  const stateOf = async (url: string) => (await hr.ask(`${url}/offboarding`)).body.state
  const until = (url: string, state: string) => eventually(async () => (await stateOf(url)) === state)

  await t.test('hr cannot have an administrator disabled by way of an employee record', async (t) => {
    const victim = await company.join('Vicky', 'admin')
    // The id of an administrator is no secret: the history of a record names who changed it.
    const url = await employ(victim.ask, factsOf('Known'))
    const { items } = (await hr.ask(`${url}/history`)).body
    t.equal(items?.[0]?.actor?.id, victim.id)

    isRefused(t, await hr.ask('/employees', { body: factsOf('Made-up', victim.id) }))
    isRefused(t, await change(hr.ask, url, { userId: victim.id }))
    isRefused(t, await replace(hr.ask, url, factsOf('Known', victim.id)))
    const csv = `firstName,lastName,email,userId\nMade,Up,made-up@example.com,${victim.id}\n`
    isRefused(t, await hr.ask('/employees/import', { csv }))

    t.match(await terminate(hr.ask, url), { status: 202, body: { offboarding: { state: 'none' } } })
    t.equal((await hr.ask(url, { method: 'DELETE' })).status, 204)
    t.equal(await reads(victim), 200)
    t.match(await administrator.ask(`/admin/users/${victim.id}`), { body: { user: { status: 'active' } } })
  })

  await t.test('hr cannot unlink themselves, so their own end reaches their account', async (t) => {
    const leaver = await company.join('Lena', 'hr')
    const url = await employ(administrator.ask, factsOf('Lena', leaver.id))
    isRefused(t, await change(leaver.ask, url, { userId: null }))
    isRefused(t, await replace(leaver.ask, url, { ...factsOf('Lena'), userId: null }))
    t.match(await replace(leaver.ask, url, factsOf('Lena')), { status: 200, body: { userId: leaver.id } })

    t.match(await terminate(hr.ask, url), { status: 202, body: { offboarding: { state: 'pending' } } })
    t.equal(await reads(leaver), 401, 'at once')
    await until(url, 'done')
    const { status, body } = await company.anyone('/auth/refresh', { body: { refreshToken: leaver.refreshToken } })
    t.match({ status, body }, { status: 401, body: { reason: 'account_disabled' } })
  })

  await t.test('an integration that does not know accounts leaves them linked', async (t) => {
    const integration = await company.client('hris', 'employees:read', 'employees:write')
    const person = await company.join('Ina', 'staff')
    const url = await employ(administrator.ask, factsOf('Ina', person.id))
    const known = { ...factsOf('Ina'), department: 'Research' }
    t.match(await replace(integration, url, known), { status: 200, body: { userId: person.id } })
    t.match(await change(integration, url, { jobTitle: 'Analyst' }), { status: 200, body: { userId: person.id } })
    const { userId } = (await integration(url)).body
    t.equal((await replace(integration, url, { ...known, userId })).status, 200, 'nor one that sends back what it read')
    await terminate(integration, url)
    await until(url, 'done')
    t.equal(await reads(person), 401)
  })

  await t.test('clients that a leaver made go on working, and the offboarding names them', async (t) => {
    const leaver = await company.join('Clive', 'admin')
    const made = await leaver.ask('/admin/clients', { body: { clientId: 'left-behind', scopes: ['employees:read'] } })
    t.equal(made.status, 201)
    const url = await employ(administrator.ask, factsOf('Clive', leaver.id))
    await terminate(hr.ask, url)
    await until(url, 'done')
    t.same((await hr.ask(`${url}/offboarding`)).body.clients, ['left-behind'])
    t.match(await leaver.ask('/admin/clients'), { status: 401 })
  })

  await t.test(
    'the last administrator is refused for less than a second after the failure, and withdraws it',
    async (t) => {
      const { items = [] } = (await administrator.ask('/admin/users?role=admin&status=active')).body
      for (const { id } of items as { id: string }[]) {
        if (id !== administrator.id) await change(administrator.ask, `/admin/users/${id}`, { status: 'disabled' })
      }
      const facts = factsOf('Root', administrator.id)
      const url = await employ(administrator.ask, facts)
      const isAcceptedSoon = async (why: string) => {
        await until(url, 'failed')
        await sleep(WITHIN_MS)
        t.equal(await reads(administrator), 200, why)
      }

      await t.test('hr terminates them: auth-service refuses, and the account goes on', async (t) => {
        t.equal((await terminate(hr.ask, url)).status, 202)
        await isAcceptedSoon('a second after the failure')
        t.match(await hr.ask(`${url}/offboarding`), { body: { state: 'failed', lastError: '409 last_admin' } })
        t.match(await administrator.ask(`/admin/users/${administrator.id}`), { body: { user: { status: 'active' } } })
      })

      await t.test('they get a mail that names the account, and the trail has it', async (t) => {
        const directory = join(company.dataDirectory, 'mail')
        const mails = () =>
          readdirSync(directory)
            .filter((file) => file.endsWith(`${administrator.email}.txt`))
            .map((file) => readFileSync(join(directory, file), 'utf8'))
            .filter((text) => text.includes('could not be disabled') || text.includes('last active administrator'))
        await eventually(() => mails().length > 0)
        t.match(mails()[0], `Id: ${administrator.id}`)
        const trail = await administrator.ask('/admin/audit?type=user_disabling_refused')
        t.match(trail.body.items, [{ subjectId: administrator.id }])
      })

      await t.test('a retry by hr does not refuse them again', async (t) => {
        t.match(await hr.ask(`${url}/offboarding/retry`, { method: 'POST' }), {
          status: 202,
          body: { state: 'pending' },
        })
        const seen = new Set<number>()
        for (let tries = 0; tries < 200 && (await stateOf(url)) !== 'failed'; tries++)
          seen.add(await reads(administrator))
        seen.add(await reads(administrator))
        t.same([...seen], [200])
      })

      await t.test('hr withdraws nothing, they do', async (t) => {
        const withdraw = (ask: Ask) => ask(`${url}/offboarding`, { method: 'DELETE' })
        isRefused(t, await withdraw(hr.ask))
        t.equal((await withdraw(administrator.ask)).status, 204)
        t.equal(await stateOf(url), 'none')
        t.match(await withdraw(administrator.ask), { status: 409, body: { code: 'offboarding_not_failed' } })
        t.match(await hr.ask(`${url}/offboarding/retry`, { method: 'POST' }), { status: 409 })
        t.match(await terminate(hr.ask, url), { status: 202, body: { offboarding: { state: 'none' } } })
        t.equal(await reads(administrator), 200)
      })

      await t.test(
        'nor does hr shut them out by deleting the record: that fails, and is withdrawn, as well',
        async (t) => {
          t.equal((await hr.ask(url, { method: 'DELETE' })).status, 204)
          await isAcceptedSoon('a second after the failure')
          t.equal((await administrator.ask(`${url}/offboarding`, { method: 'DELETE' })).status, 204)
          isRefused(t, await hr.ask('/employees', { body: facts }))
          t.equal(await reads(administrator), 200)
        },
      )
    },
  )
}
