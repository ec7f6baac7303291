import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings as authSettings } from '@latchkey/auth-service/config'
import { settings as employeeSettings } from '@latchkey/employee-service/config'
import { temporaryDirectory } from '@latchkey/harness'
import t, { type Test } from 'tap'
import { checkSettings } from '../src/settings/check-settings.ts'
import type { Environment } from '../src/settings/stack-settings.ts'

/** The lines that name the faults. */
async function faultsOf(environment: Environment): Promise<string[]> {
  try {
    await checkSettings(environment)
    return []
  } catch (error) {
    const [headline, ...lines] = error instanceof Error ? error.message.split('\n') : []
    if (headline !== 'Invalid settings:') throw error
    return lines.map((line) => line.trim())
  }
}

const freshPlace = (t: Test): string => join(temporaryDirectory(t, 'stack'), 'data')

t.test('without any setting there is no fault', async (t) => {
  const { dataDirectory } = await checkSettings({ DATA_DIR: freshPlace(t) })
  t.match(dataDirectory, /data$/)
  for (const ACCESS_TOKEN_ALGORITHM of ['ES256', 'EdDSA']) {
    t.same(await faultsOf({ DATA_DIR: freshPlace(t), ACCESS_TOKEN_ALGORITHM }), [])
  }
})

t.test('a mail server needs a sender and a public address; nothing is caught beside it', async (t) => {
  const SMTP_URL = 'smtp://user:canary@mail.example.com'
  t.same(await faultsOf({ DATA_DIR: freshPlace(t), SMTP_URL }), [
    'MAIL_FROM must be set with SMTP_URL',
    'PUBLIC_URL must be set with SMTP_URL',
  ])
  const whole = { SMTP_URL, MAIL_FROM: 'no-reply@example.com', PUBLIC_URL: 'https://id.example.com' }
  t.same(await faultsOf({ DATA_DIR: freshPlace(t), ...whole }), [])
})

t.test('the faults of the stack and of both services come in one go, by name and never by value', async (t) => {
  const faults = await faultsOf({
    DATA_DIR: join(import.meta.filename, 'canary'),
    AUTH_PORT: 'canary',
    EMPLOYEE_PORT: '0',
    REFRESH_GRACE: 'canary',
    SERVICE_CLIENTS: '[canary',
    REVOCATION_MAX_STALENESS: 'canary',
    ON_STALE_REVOCATIONS: 'canary',
  })
  t.same(
    faults.map((line) => line.split(' ')[0]),
    [
      'DATA_DIR',
      'AUTH_PORT',
      'EMPLOYEE_PORT',
      'REFRESH_GRACE',
      'SERVICE_CLIENTS',
      'REVOCATION_MAX_STALENESS',
      'ON_STALE_REVOCATIONS',
    ],
  )
  t.notMatch(faults.join(), 'canary')
})

t.test('what both services read and refuse is one fault', async (t) => {
  const faults = await faultsOf({
    DATA_DIR: freshPlace(t),
    ACCESS_TOKEN_SECRET: 'short',
    REDIS_URL: 'somewhere',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'all',
  })
  t.same(
    faults.map((line) => line.split(' ')[0]),
    ['REDIS_URL', 'ACCESS_TOKEN_SECRET', 'TRUST_PROXY', 'LOG_LEVEL'],
  )
})

t.test('ports that are none, and one port for both, are refused by name', async (t) => {
  t.match(await faultsOf({ DATA_DIR: freshPlace(t), AUTH_PORT: '70000', EMPLOYEE_PORT: 'many' }), [
    /^AUTH_PORT must be /,
    /^EMPLOYEE_PORT must be /,
  ])
  const faults = (environment: Environment) => faultsOf({ DATA_DIR: freshPlace(t), ...environment })
  t.same(await faults({ AUTH_PORT: '3002' }), [
    'AUTH_PORT and EMPLOYEE_PORT must differ',
    'AUTH_OPERATIONS_PORT and EMPLOYEE_OPERATIONS_PORT must differ',
  ])
  t.same(await faults({ AUTH_OPERATIONS_PORT: '3001', EMPLOYEE_OPERATIONS_PORT: '3001' }), [
    'AUTH_PORT and AUTH_OPERATIONS_PORT must differ',
    'AUTH_PORT and EMPLOYEE_OPERATIONS_PORT must differ',
    'AUTH_OPERATIONS_PORT and EMPLOYEE_OPERATIONS_PORT must differ',
  ])
  t.same(await faults({ AUTH_OPERATIONS_PORT: 'off', EMPLOYEE_OPERATIONS_PORT: 'off' }), [])
  t.same(await faults({ AUTH_OPERATIONS_PORT: '0', EMPLOYEE_OPERATIONS_PORT: 'on' }), [
    'AUTH_OPERATIONS_PORT must be a whole number from 1 to 65535, or off',
    'EMPLOYEE_OPERATIONS_PORT must be a whole number from 1 to 65535, or off',
  ])
  t.same(await faults({ EMPLOYEE_PORT: '65535' }), [
    'EMPLOYEE_OPERATIONS_PORT must be set: EMPLOYEE_PORT + 90 is no port',
  ])
})

t.test('a secret that an earlier run kept is checked where it is', async (t) => {
  const place = freshPlace(t)
  mkdirSync(join(place, 'secrets'), { recursive: true })
  writeFileSync(join(place, 'secrets/access-token-secret'), 'canary\n')
  const [fault = '', ...more] = await faultsOf({ DATA_DIR: place })
  t.match(fault, /^ACCESS_TOKEN_SECRET /)
  t.match(fault, join(place, 'secrets/access-token-secret'))
  t.notMatch(fault, 'canary')
  t.same(more, [])
})

t.test('a stray line end, control character or outer space in any setting is a fault of that setting', async (t) => {
  const names = [...Object.values(authSettings), ...Object.values(employeeSettings)].map(({ name }) => name)
  for (const name of new Set(['DATA_DIR', ...names])) {
    for (const value of [
      'canary\r\n',
      'can\0ary',
      '\u0085canary',
      ' canary',
      'canary\t',
      'canary\u00a0',
      '\ufeffcanary',
    ]) {
      const fault = (await faultsOf({ DATA_DIR: freshPlace(t), [name]: value })).find((line) =>
        line.startsWith(`${name} `),
      )
      t.match(
        fault,
        /must not (have line ends or control characters|begin or end with a space)/,
        JSON.stringify({ [name]: value }),
      )
    }
  }
})

t.test('lives of tokens and sessions have their bounds, each fault by its name', async (t) => {
  const faults = (environment: Environment) => faultsOf({ DATA_DIR: freshPlace(t), ...environment })
  t.same(await faults({ ACCESS_TOKEN_EXPIRY: '24h', REFRESH_GRACE: '6d', SESSION_MAX_AGE: '7d' }), [])
  t.same(await faults({ ACCESS_TOKEN_EXPIRY: '3650d', REFRESH_GRACE: '7d', SESSION_MAX_AGE: '6d' }), [
    'ACCESS_TOKEN_EXPIRY must be at most 24h',
    'REFRESH_GRACE must be shorter than REFRESH_TOKEN_EXPIRY',
    'REFRESH_TOKEN_EXPIRY must be at most SESSION_MAX_AGE',
  ])
  t.same(await faults({ REFRESH_TOKEN_EXPIRY: '31d' }), ['REFRESH_TOKEN_EXPIRY must be at most SESSION_MAX_AGE'])
})

t.test('a password may not make the stack generate one without end', async (t) => {
  t.match(await faultsOf({ DATA_DIR: freshPlace(t), PASSWORD_MIN_LENGTH: '1000000000000' }), [
    /^PASSWORD_MIN_LENGTH must/,
  ])
})
