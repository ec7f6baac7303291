import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'

type Operations = Record<string, Record<string, { tags: string[] }>>

const auth = await startAuthService(t, { variables: { TOKEN_ISSUER: 'https://id.example.test' } })
const { paths } = (await auth.call('GET', '/openapi.json')).json() as { paths: Operations }

/** Each route of the service's own as OpenAPI lists it, with a value for each parameter. */
const routes = Object.entries(paths).flatMap(([path, operations]) =>
  Object.entries(operations)
    .filter(([, { tags }]) => !tags.includes('operations'))
    .map(([method]) => ({ method: method.toUpperCase(), url: path.replaceAll(/\{\w+\}/g, 'x') })),
)

async function operationOf({ method, url }: { method: string; url: string }): Promise<unknown> {
  const { headers } = await auth.call(method, url)
  const line = auth.logs.lines().find(({ requestId, path }) => requestId === headers['x-request-id'] && path === url)
  return line?.operation
}

t.test('every route names its operation in its log line, and no two routes share a name', async (t) => {
  t.ok(routes.length > 25, `${routes.length} routes`)
  const names = new Map<unknown, string>()
  for (const route of routes) {
    const title = `${route.method} ${route.url}`
    const operation = await operationOf(route)
    t.match(operation, /^[a-z]+(?:_[a-z]+)*$/, title)
    t.equal(names.get(operation), undefined, title)
    names.set(operation, title)
  }
})
