import { buildApp as buildAuth } from '@latchkey/auth-service'
import { loadConfig as loadAuthConfig } from '@latchkey/auth-service/config'
import { buildApp as buildEmployees } from '@latchkey/employee-service'
import { loadConfig as loadEmployeeConfig } from '@latchkey/employee-service/config'
import { redisUrlFor, type TestScope, testEnvironment } from '@latchkey/test-kit'

const RING = 'of-nothing-that-is-ever-signed-with-it'
const silent = { write() {} }

/** The OpenAPI documents of both services, by name, as they serve them with their default settings. */
export async function readDocuments(scope: TestScope): Promise<Record<string, object>> {
  const [authStores, employeeStores] = [await testEnvironment(scope), await testEnvironment(scope)]
  const shared = { ACCESS_TOKEN_SECRET: RING, LOG_LEVEL: 'fatal' }

  const auth = await buildAuth(
    loadAuthConfig({
      ...shared,
      DATABASE_URL: authStores.databaseUrl,
      REDIS_URL: redisUrlFor('auth-service', authStores.redisUrl),
      REFRESH_TOKEN_SECRET: `${RING}-either`,
    }),
    { logStream: silent, schema: authStores.schema, redisPrefix: authStores.redisPrefix },
  )
  scope.teardown(async () => auth.close())

  const { database, revocations, ...config } = loadEmployeeConfig({
    ...shared,
    EMPLOYEE_DATABASE_URL: employeeStores.databaseUrl,
    REDIS_URL: redisUrlFor('verifier', authStores.redisUrl),
    AUTH_URL: 'http://localhost:3001',
    EMPLOYEE_CLIENT_SECRET: RING,
  })
  const employees = await buildEmployees(
    {
      ...config,
      database: { ...database, schema: employeeStores.schema },
      revocations: { ...revocations, prefix: authStores.redisPrefix },
    },
    { logStream: silent },
  )
  scope.teardown(async () => employees.close())

  const read = async (app: typeof auth): Promise<object> => {
    const response = await app.inject('/openapi.json')
    if (response.statusCode !== 200) throw new Error(`/openapi.json answered ${response.statusCode}: ${response.body}`)
    return response.json()
  }
  return { 'auth-service': await read(auth), 'employee-service': await read(employees) }
}
