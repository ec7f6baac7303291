import { readFileSync, statSync } from 'node:fs'
import t from 'tap'
import { authService, employeeService } from '../src/services/service.ts'
import { environmentOf, sharedEnvironment } from '../src/services/service-environment.ts'
import { readStackSettings } from '../src/settings/stack-settings.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const embedded = { databaseUrl: 'postgres://a', employeeDatabaseUrl: 'postgres://e', redisUrl: 'redis://r' }

t.test('generated secrets are handed on as files that only the owner reads, the same at every run', (t) => {
  const secrets = temporaryDirectory(t)
  const once = sharedEnvironment(readStackSettings({}), secrets, embedded).environment
  const file = once.ACCESS_TOKEN_SECRET_FILE ?? ''
  t.equal(statSync(file).mode & 0o777, 0o600)
  const value = readFileSync(file, 'utf8')
  t.match(value, /^k1:[\w-]{43}\n$/)
  t.not(value, readFileSync(once.REFRESH_TOKEN_SECRET_FILE ?? '', 'utf8'))

  t.equal(sharedEnvironment(readStackSettings({}), secrets, embedded).environment.ACCESS_TOKEN_SECRET_FILE, file)
  t.equal(readFileSync(file, 'utf8'), value)
  t.end()
})

t.test('what the environment sets stands, by value or by file', (t) => {
  const given = {
    ACCESS_TOKEN_SECRET: 'own',
    REFRESH_TOKEN_SECRET_FILE: '/own',
    DATABASE_URL: 'postgres://own',
    TOKEN_ISSUER: 'https://own',
    ADMIN_PASSWORD: 'own',
    REFRESH_GRACE: '10s',
  }
  const { environment } = sharedEnvironment(readStackSettings(given), temporaryDirectory(t), embedded)
  t.match(environment, given)
  t.equal(environment.ACCESS_TOKEN_SECRET_FILE, undefined)
  t.equal(environment.REFRESH_TOKEN_SECRET, undefined)
  t.equal(environment.EMPLOYEE_DATABASE_URL, embedded.employeeDatabaseUrl)
  t.end()
})

t.test('no service gets to see what is the business of the other', (t) => {
  const shared = sharedEnvironment(readStackSettings({}), temporaryDirectory(t), embedded)
  const auth = environmentOf(authService, shared)
  const employee = environmentOf(employeeService, shared)
  t.equal(auth.EMPLOYEE_DATABASE_URL, undefined)
  for (const name of ['DATABASE_URL', 'REFRESH_TOKEN_SECRET_FILE', 'ADMIN_PASSWORD']) {
    t.ok(auth[name], name)
    t.equal(employee[name], undefined, name)
  }
  t.equal(auth.TOKEN_ISSUER, employee.TOKEN_ISSUER)
  t.end()
})

t.test('ports that are none, and one port for both, are refused by name', (t) => {
  t.throws(() => readStackSettings({ AUTH_PORT: '70000', EMPLOYEE_PORT: 'many' }), {
    message: /AUTH_PORT must be .*\nEMPLOYEE_PORT must be /,
  })
  t.throws(() => readStackSettings({ AUTH_PORT: '3002' }), { message: 'AUTH_PORT and EMPLOYEE_PORT must differ' })
  t.end()
})
