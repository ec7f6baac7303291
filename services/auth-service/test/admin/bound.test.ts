import { writeFileSync } from 'node:fs'
import { AS_READ } from '@latchkey/service-kit'
import t from 'tap'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { createCallers } from './bound/callers.ts'
import { createWorld } from './bound/calls.ts'
import { clientCalls } from './bound/client-calls.ts'
import { policyCalls } from './bound/policy-calls.ts'
import { verdictOf } from './bound/rule.ts'
import { createTable } from './bound/table.ts'
import { userCalls } from './bound/user-calls.ts'

// Nobody grants what they do not hold: every call that changes something, on every kind of target, by every kind of caller. What is
// expected is computed from the rule.

const CONFIGURED = {
  clientId: 'a-configured-one',
  secret: 'a-secret-of-the-settings-that-is-long',
  scopes: ['profile', 'audit:read'],
}
const auth = await startAuthService(t, { variables: { SERVICE_CLIENTS: JSON.stringify([CONFIGURED]) } })
const asAdmin = await administratorOf(auth)
const world = await createWorld(auth, asAdmin)
const callersFor = await createCallers(auth)
const rows = [...userCalls(world), ...policyCalls(world), ...clientCalls(world, CONFIGURED)]
const table = createTable()

type Members = Record<string, { readonly description?: string }>
type Operation = { readonly requestBody?: { content: Record<string, { schema: { properties?: Members } }> } }
const { paths } = (await auth.call('GET', '/openapi.json')).json() as {
  paths: Record<string, Record<string, Operation>>
}

t.test('every call under /admin that is not a GET has a row here', async (t) => {
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/admin/'))
    .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !route.startsWith('GET '))
  t.same([...new Set(rows.map(({ route }) => route))].sort(), routes.sort())
})

t.test('every member of a change of a user has a row of its own', async (t) => {
  const { requestBody } = paths['/admin/users/{userId}']?.patch ?? {}
  // What the service sets may be sent back as it was read, and changes nothing.
  const members = Object.entries(requestBody?.content['application/json']?.schema.properties ?? {})
    .filter(([, { description = '' }]) => !description.startsWith(AS_READ) && !description.startsWith('Ignored'))
    .map(([name]) => name)
  const titles = rows.filter(({ route }) => route.startsWith('PATCH /admin/users/')).map(({ title }) => title)
  t.ok(members.length >= 5)
  for (const member of members)
    t.ok(
      titles.some((title) => title.split(' ')[0] === member),
      member,
    )
})

for (const { route, title, targets } of rows) {
  t.test(`${route}, ${title}: allowed is who holds what it asks for, and nobody else`, async (t) => {
    const row = table.row(route, title)
    const differences: string[] = []
    for (const target of await targets()) {
      let prepared = await target.prepare()
      let before = await prepared.state()
      for (const { column, scopes, token } of await callersFor(target)) {
        const [method, url, body] = prepared.request
        const response = await auth.call(method, url, { token, ...(body && { body }) })
        const verdict = response.statusCode < 300 ? 'done' : String(response.json().code)
        const expected = verdictOf(scopes, target)
        row.add({ column, opens: target.opens, verdict })
        // A scope that its caller holds by an own role, or as a client, is in use.
        if (verdict !== expected && !(verdict === 'scope_in_use' && expected === 'done')) {
          differences.push(`${target.title}: ${column} got ${verdict}, not ${expected}`)
        }
        if (verdict === 'done') {
          prepared = await target.prepare()
          before = await prepared.state()
        }
      }
      t.same(await prepared.state(), before, `${target.title}: a refused call changes nothing`)
    }
    t.same(differences, [])
  })
}

t.teardown(() => {
  const file = process.env.BOUND_TABLE
  if (file !== undefined) writeFileSync(file, table.markdown())
})
