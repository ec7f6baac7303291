import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@latchkey/harness'
import t, { type Test } from 'tap'
import { authService, employeeService } from '../src/services/service.ts'
import { environmentOf, sharedEnvironment, withoutPassword } from '../src/services/service-environment.ts'
import { secretFiles } from '../src/settings/secret-source.ts'
import { type Environment, readStackSettings } from '../src/settings/stack-settings.ts'

const embedded = {
  databaseUrl: 'postgres://a',
  employeeDatabaseUrl: 'postgres://e',
  redisUrl: 'redis://r',
  employeeRedisUrl: 'redis://v',
}

function filesIn(t: Test) {
  const directory = temporaryDirectory(t, 'stack')
  const place = { secrets: join(directory, 'secrets'), run: join(directory, 'run') }
  mkdirSync(place.secrets)
  return secretFiles(place)
}

const shared = (own: Environment, secrets: ReturnType<typeof filesIn>) =>
  sharedEnvironment(own, readStackSettings({}), secrets, embedded)

t.test('generated secrets are handed on as files that only the owner reads, the same at every run', (t) => {
  const secrets = filesIn(t)
  const once = shared({}, secrets).environment
  const file = once.ACCESS_TOKEN_SECRET_FILE ?? ''
  t.equal(statSync(file).mode & 0o777, 0o600)
  const value = readFileSync(file, 'utf8')
  t.match(value, /^k1:[\w-]{43}\n$/)
  t.not(value, readFileSync(once.REFRESH_TOKEN_SECRET_FILE ?? '', 'utf8'))

  t.equal(shared({}, secrets).environment.ACCESS_TOKEN_SECRET_FILE, file)
  t.equal(readFileSync(file, 'utf8'), value)
  t.end()
})

t.test('no secret that the stack generates stands in the environment of a service, which `ps` shows', (t) => {
  const { environment, newPassword = '' } = shared({}, filesIn(t))
  const files = Object.entries(environment).filter(([name, value]) => name.endsWith('_FILE') && value !== undefined)
  t.equal(files.length, 8)
  const secrets = files.map(([, file]) => readFileSync(file ?? '', 'utf8').trim())
  for (const secret of [...Object.values(embedded), newPassword]) t.ok(secrets.includes(secret))
  const values = Object.values(environment)
  for (const secret of secrets) t.notOk(values.includes(secret))
  t.end()
})

t.test('the new password of the administrator is in no file any more once there is an administrator', (t) => {
  const secrets = filesIn(t)
  const before = shared({}, secrets)
  const file = before.environment.ADMIN_PASSWORD_FILE ?? ''
  t.equal(statSync(file).mode & 0o777, 0o600)
  const { environment } = withoutPassword(before, secrets)
  t.notOk(existsSync(file))
  t.equal(environment.ADMIN_PASSWORD_FILE, undefined)

  const own = withoutPassword(shared({ ADMIN_PASSWORD: 'own' }, secrets), secrets)
  t.equal(own.environment.ADMIN_PASSWORD, 'own')
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
  const { environment } = shared(given, filesIn(t))
  t.match(environment, given)
  t.equal(environment.ACCESS_TOKEN_SECRET_FILE, undefined)
  t.equal(environment.REFRESH_TOKEN_SECRET, undefined)
  t.equal(environment.DATABASE_URL_FILE, undefined)
  t.equal(readFileSync(environment.EMPLOYEE_DATABASE_URL_FILE ?? '', 'utf8').trim(), embedded.employeeDatabaseUrl)
  t.end()
})

t.test('mails are caught in the data directory, unless there is a mail server or a directory for them', (t) => {
  const { dataDirectory } = readStackSettings({})
  t.equal(shared({}, filesIn(t)).environment.MAIL_DIRECTORY, join(dataDirectory, 'mail'))
  t.equal(shared({ MAIL_DIRECTORY: '/own' }, filesIn(t)).environment.MAIL_DIRECTORY, '/own')
  for (const given of [{ SMTP_URL: 'smtp://own' }, { SMTP_URL_FILE: '/own' }]) {
    const both = shared(given, filesIn(t))
    t.equal(both.environment.MAIL_DIRECTORY, undefined)
    t.match(environmentOf(authService, both), given)
    t.notMatch(environmentOf(employeeService, both), given, 'its credentials are for auth-service alone')
  }
  t.end()
})

t.test('no service reads what only the other one needs', (t) => {
  const both = shared({}, filesIn(t))
  const auth = environmentOf(authService, both)
  const employee = environmentOf(employeeService, both)
  t.equal(auth.EMPLOYEE_DATABASE_URL_FILE, undefined)
  for (const name of ['DATABASE_URL_FILE', 'REFRESH_TOKEN_SECRET_FILE', 'ADMIN_PASSWORD_FILE']) {
    t.ok(auth[name], name)
    t.equal(employee[name], undefined, name)
  }
  t.equal(auth.TOKEN_ISSUER, employee.TOKEN_ISSUER)
  t.end()
})

t.test(
  'employee-service gets an address of Redis of its own, and that of auth-service only where there is no other',
  (t) => {
    const addressIn = (environment: Environment) => [
      environment.REDIS_URL ?? readIfNamed(environment.REDIS_URL_FILE),
      environment.EMPLOYEE_REDIS_URL ?? readIfNamed(environment.EMPLOYEE_REDIS_URL_FILE),
    ]
    const addresses = (own: Environment) => {
      const both = shared(own, filesIn(t))
      return [addressIn(environmentOf(authService, both)), addressIn(environmentOf(employeeService, both))]
    }
    t.same(addresses({}), [
      [embedded.redisUrl, undefined],
      [undefined, embedded.employeeRedisUrl],
    ])
    const own = { REDIS_URL: 'redis://own', EMPLOYEE_REDIS_URL: 'redis://reader' }
    t.same(addresses(own), [
      ['redis://own', undefined],
      [undefined, 'redis://reader'],
    ])
    t.end()
  },
)

const readIfNamed = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8').trim()
