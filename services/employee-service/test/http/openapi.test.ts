import t from 'tap'
import { employeeApp } from '../support/employee-app.ts'

const { app } = await employeeApp(t)
const { paths } = (await app.inject('/openapi.json')).json()

type Operation = {
  summary?: string
  description?: string
  tags?: string[]
  security?: unknown[]
  requestBody?: { content: Record<string, unknown> }
  parameters?: { name: string; required: boolean }[]
  responses: Record<string, { content?: Record<string, unknown>; headers?: Record<string, unknown> }>
}

const documented: Record<string, string[]> = {
  'GET /employees': ['200', '400', '401', '403', '429', '503'],
  'GET /employees/me': ['200', '304', '400', '401', '403', '404', '503'],
  'POST /employees': ['201', '400', '401', '403', '409', '413', '415', '422', '503'],
  'GET /employees/{id}': ['200', '304', '400', '401', '403', '404', '503'],
  'PUT /employees/{id}': ['200', '400', '401', '403', '404', '409', '412', '413', '415', '503'],
  'PATCH /employees/{id}': ['200', '400', '401', '403', '404', '409', '412', '413', '415', '503'],
  'GET /employees/{id}/history': ['200', '400', '401', '403', '404', '503'],
  'GET /employees/export': ['200', '400', '401', '403', '429', '503'],
  'POST /employees/import': ['200', '400', '401', '403', '408', '413', '415', '429', '503'],
  'DELETE /employees/{id}': ['204', '400', '401', '403', '404', '412', '503'],
  'POST /employees/{id}/termination': ['202', '400', '401', '403', '404', '413', '415', '503'],
  'GET /employees/{id}/offboarding': ['200', '400', '401', '403', '404', '503'],
  'GET /employees/{id}/invitation': ['200', '400', '401', '403', '404', '503'],
  'POST /employees/{id}/invitation': ['202', '400', '401', '403', '404', '409', '413', '415', '503'],
  'DELETE /employees/{id}/offboarding': ['204', '400', '401', '403', '404', '409', '503'],
  'POST /employees/{id}/offboarding/retry': ['202', '400', '401', '403', '404', '409', '503'],
}

const operationOf = (call: string): Operation => {
  const [method = '', path = ''] = call.split(' ')
  return paths[path][method.toLowerCase()]
}

t.test('the description has every call on employees and no other', async (t) => {
  const calls = Object.entries<object>(paths)
    .filter(([path]) => path.startsWith('/employees'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  t.same(calls.sort(), Object.keys(documented).sort())
})

for (const [call, statuses] of Object.entries(documented)) {
  t.test(`${call} is described with its scope, its token and all its answers`, async (t) => {
    const { summary, description, tags, security, responses } = operationOf(call)
    t.ok(summary)
    t.match(description, /^Needs `(employees:read|employees:write|employees:link|profile)`(?: and `users:invite`)?[.,]/)
    t.same(tags, ['employees'])
    t.same(security, [{ bearer: [] }, { cookie: [] }])
    t.same(Object.keys(responses).sort(), [...statuses, 'default'])
    for (const status of statuses.filter((status) => status >= '400')) {
      t.same(Object.keys(responses[status]?.content ?? {}), ['application/problem+json'])
    }
  })
}

t.test('PATCH is described as a merge patch, PUT and POST as plain JSON', async (t) => {
  const types = (call: string) => Object.keys(operationOf(call).requestBody?.content ?? {})
  t.same(types('PATCH /employees/{id}'), ['application/merge-patch+json', 'application/json'])
  t.same(types('PUT /employees/{id}'), ['application/json'])
  t.same(types('POST /employees'), ['application/json'])
})

t.test('files are described as CSV', async (t) => {
  t.same(Object.keys(operationOf('POST /employees/import').requestBody?.content ?? {}), ['text/csv'])
  t.same(Object.keys(operationOf('GET /employees/export').responses['200']?.content ?? {}), ['text/csv'])
})

t.test('entity tags and their conditions are described', async (t) => {
  t.ok(operationOf('GET /employees/{id}').responses['200']?.headers?.ETag)
  t.ok(operationOf('POST /employees').responses['201']?.headers?.Location)
  const headers = (call: string) => operationOf(call).parameters?.map(({ name }) => name)
  t.ok(headers('GET /employees/{id}')?.includes('if-none-match'))
  t.ok(headers('POST /employees')?.includes('idempotency-key'))
  for (const method of ['PUT', 'PATCH', 'DELETE']) t.ok(headers(`${method} /employees/{id}`)?.includes('if-match'))
})

t.test('no query parameter of the list has to be given', async (t) => {
  const parameters = operationOf('GET /employees').parameters ?? []
  t.same(
    parameters.map(({ name }) => name),
    ['query', 'department', 'status', 'managerId', 'sort', 'limit', 'cursor'],
  )
  t.same(
    parameters.filter(({ required }) => required).map(({ name }) => name),
    [],
  )
})

t.end()
