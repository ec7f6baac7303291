import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsError } from '@latchkey/service-kit/settings'
import t from 'tap'
import { loadConfig } from '../src/config.ts'

// What the API refuses is no better for standing in a setting.
const SECRET = 'canary-canary-canary-canary-canary'
const BASE = {
  DATABASE_URL: 'postgres://localhost/x',
  REDIS_URL: 'redis://localhost',
  ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
  REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
  ADMIN_PASSWORD: 'correct horse battery staple',
}

/** Each fault as it is told; none holds the value. */
function faultsOf(variables: Record<string, string>): string[] {
  try {
    loadConfig({ ...BASE, ...variables })
    return []
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    t.notMatch(error.message, 'canary')
    return error.faults.map(({ name, message }) => `${name} ${message}`)
  }
}

const clients = (
  changes: object,
  text = JSON.stringify([{ clientId: 'payroll', secret: SECRET, scopes: [], ...changes }]),
) => ({
  SERVICE_CLIENTS: text,
})

const good: [title: string, variables: Record<string, string>][] = [
  ['an administrator without a password', { ADMIN_PASSWORD: '' }],
  ['a password of 256 bytes', { ADMIN_PASSWORD: 'é'.repeat(128) }],
  ['a password as long as a lower bound asks', { ADMIN_PASSWORD: 'canary-8', PASSWORD_MIN_LENGTH: '8' }],
  ['a secret with any visible character', clients({ secret: 'p:a%s+s é&= %41 “quoted” with everything in it' })],
  ['a sender of an international domain', { MAIL_FROM: 'Bücher & Söhne <no-reply@bücher.example>' }],
  ['domains in any spelling', { INVITATION_DOMAINS: 'EXAMPLE.com, bücher.example,XN--BCHER-KVA.example' }],
  ['an address of IPv6 to listen on', { HOST: '::', OPERATIONS_HOST: 'fe80::1%eth0' }],
  ['a name to listen on', { HOST: 'auth_service-1.internal' }],
  ['lives at their bounds', { REFRESH_TOKEN_EXPIRY: '3650d', SESSION_MAX_AGE: '3650d', REFRESH_GRACE: '1s' }],
  ['an operations port on any free port, or none', { AUTH_PORT: '0', AUTH_OPERATIONS_PORT: 'off' }],
]

for (const [title, variables] of good) {
  t.test(`${title}: taken`, async (t) => t.same(faultsOf(variables), []))
}

const bad: [title: string, variables: Record<string, string>, fault: RegExp][] = [
  ['an address that is none', { ADMIN_EMAIL: 'canary' }, /^ADMIN_EMAIL must be an e-mail address$/],
  ['an address with a line end', { ADMIN_EMAIL: 'canary@example.com\r' }, /^ADMIN_EMAIL must not have line ends/],
  ['an address with a space within', { ADMIN_EMAIL: 'can ary@example.com' }, /^ADMIN_EMAIL must be an e-mail/],
  ['a short password', { ADMIN_PASSWORD: 'canary' }, /^ADMIN_PASSWORD must have at least 15 characters$/],
  ['a password shorter than a raised bound', { PASSWORD_MIN_LENGTH: '40' }, /^ADMIN_PASSWORD must have at least 40/],
  [
    'a password of 257 bytes',
    { ADMIN_PASSWORD: `${'é'.repeat(128)}x` },
    /^ADMIN_PASSWORD must have at most 256 bytes$/,
  ],
  ['a password with a line end', { ADMIN_PASSWORD: 'correct horse battery canary\n' }, /^ADMIN_PASSWORD must not have/],
  [
    'a password that is the address',
    { ADMIN_EMAIL: 'canary.canary@example.com', ADMIN_PASSWORD: 'Canary.Canary@example.com' },
    /^ADMIN_PASSWORD must not be the e-mail address/,
  ],
  [
    'a password that is not UTF-8',
    { ADMIN_PASSWORD: 'correct horse \ufffd canary' },
    /^ADMIN_PASSWORD must be text in UTF-8$/,
  ],
  [
    'a secret with a line end in its JSON',
    clients({ secret: `${SECRET}\n` }),
    /^SERVICE_CLIENTS must have a secret of/,
  ],
  ['a secret with an outer space', clients({ secret: ` ${SECRET}` }), /^SERVICE_CLIENTS must have a secret of/],
  ['a secret that no header holds', clients({ secret: SECRET.repeat(40) }), /^SERVICE_CLIENTS must have a secret of/],
  ['a client id with a space', clients({ clientId: 'payroll ' }), /^SERVICE_CLIENTS has a bad clientId/],
  ['a member that a client has not', clients({ scope: 'canary' }), /^SERVICE_CLIENTS must have no members but/],
  [
    'a member twice',
    clients({}, '[{"clientId":"a-client","scopes":[],"scopes":[]}]'),
    /^SERVICE_CLIENTS must name each member/,
  ],
  [
    'a client with the id of the one that is made by itself',
    { ...clients({ clientId: 'employee-service' }), EMPLOYEE_CLIENT_SECRET: SECRET },
    /^SERVICE_CLIENTS must not name the client of EMPLOYEE_CLIENT_ID/,
  ],
  [
    'a domain that starts with a hyphen',
    { INVITATION_DOMAINS: '-canary.example' },
    /^INVITATION_DOMAINS must list domains/,
  ],
  [
    'a word without effect',
    { PASSWORD_CONTEXT_WORDS: 'acme,nl' },
    /^PASSWORD_CONTEXT_WORDS must list words of 3 to 200/,
  ],
  ['a sender that is no address', { MAIL_FROM: 'Latchkey <canary@@example.com>' }, /^MAIL_FROM must be an e-mail/],
  [
    'a sender with an invisible name',
    { MAIL_FROM: 'Latch\u202ekey <canary@example.com>' },
    /^MAIL_FROM must have a name/,
  ],
  [
    'a file for what is no secret',
    { ADMIN_EMAIL_FILE: '/canary' },
    /^ADMIN_EMAIL_FILE is not read: ADMIN_EMAIL is no secret$/,
  ],
  ['the path of a file with a line end', { SMTP_URL_FILE: '/canary\r' }, /^SMTP_URL_FILE must not have line ends/],
  ['an access token without end', { ACCESS_TOKEN_EXPIRY: '25h' }, /^ACCESS_TOKEN_EXPIRY must be at most 24h$/],
  [
    'an idle life of a moment',
    { REFRESH_TOKEN_EXPIRY: '999ms', REFRESH_GRACE: '' },
    /^REFRESH_TOKEN_EXPIRY must be at least 1s$/,
  ],
  ['a grace of a moment', { REFRESH_GRACE: '999ms' }, /^REFRESH_GRACE must be at least 1s$/],
  ['a session without end', { SESSION_MAX_AGE: '99999d' }, /^SESSION_MAX_AGE must be at most 3650d$/],
  ['a trail of less than a month', { AUDIT_RETENTION: '29d' }, /^AUDIT_RETENTION must be at least 30d$/],
  ['a trail from before the calendar', { AUDIT_RETENTION: '999999999d' }, /^AUDIT_RETENTION must be at most 36500d$/],
  ['a stop that takes for ever', { SHUTDOWN_DELAY: '16m' }, /^SHUTDOWN_DELAY must be at most 15m$/],
  ['a stop without a unit', { SHUTDOWN_DELAY: '0' }, /^SHUTDOWN_DELAY must be a duration/],
  ['one port for everything', { AUTH_OPERATIONS_PORT: '3001' }, /^AUTH_PORT and AUTH_OPERATIONS_PORT must differ$/],
  [
    'an operations port that is none',
    { AUTH_OPERATIONS_PORT: 'none' },
    /^AUTH_OPERATIONS_PORT must be a whole number .* or off$/,
  ],
  ['a port with none above', { AUTH_PORT: '65500' }, /^AUTH_OPERATIONS_PORT must be set: AUTH_PORT \+ 90 is no port$/],
  ['an address in brackets', { HOST: '[::1]' }, /^HOST must be an IP address, without brackets/],
  ['an address that is none', { HOST: '999.9.9.9' }, /^HOST must be an IP address/],
  ['a URL to listen on', { OPERATIONS_HOST: 'http://canary' }, /^OPERATIONS_HOST must be an IP address/],
  ['a host with its port', { HOST: 'canary:3001' }, /^HOST must be an IP address, without brackets and port/],
  ['a domain that only a URL decodes', { INVITATION_DOMAINS: 'c%61nary.example' }, /^INVITATION_DOMAINS must list/],
  ['a domain without a dot', { INVITATION_DOMAINS: 'example' }, /^INVITATION_DOMAINS must list domains like/],
  ['a sender that only a URL decodes', { MAIL_FROM: 'a@c%61nary.example' }, /^MAIL_FROM must be an e-mail address/],
  ['an issuer without slashes', { TOKEN_ISSUER: 'https:canary.example' }, /^TOKEN_ISSUER must be a URL that starts/],
  [
    'an issuer with another path',
    { TOKEN_ISSUER: 'https://canary.example/a/../b' },
    /^TOKEN_ISSUER must have no query/,
  ],
  ['a range service without slashes', { BREACHED_PASSWORDS_URL: 'https:/canary' }, /^BREACHED_PASSWORDS_URL must be a/],
  ['a Redis without slashes', { REDIS_URL: 'redis:canary' }, /^REDIS_URL must be a redis:/],
  ['documents that are neither shown nor hidden', { API_DOCS: 'yes' }, /^API_DOCS must be one of on, off$/],
]

for (const [title, variables, fault] of bad) {
  t.test(`${title}: one fault at boot, by name and not by value`, async (t) => {
    const faults = faultsOf(variables)
    t.equal(faults.length, 1, String(faults))
    t.match(faults[0], fault)
  })
}

t.test('faults of every kind are told together', async (t) => {
  const all = { ADMIN_EMAIL: 'canary', ADMIN_PASSWORD: 'canary', REFRESH_GRACE: '8d', ...clients({ secret: 'canary' }) }
  t.same(
    faultsOf({ ...all, AUTH_OPERATIONS_PORT: '3001' }).map((fault) => fault.split(' ')[0]),
    ['ADMIN_EMAIL', 'SERVICE_CLIENTS', 'AUTH_PORT', 'REFRESH_GRACE', 'ADMIN_PASSWORD'],
  )
})

t.test(
  'a file with one line end of any kind is the line before it, and one that is not UTF-8 is a fault',
  async (t) => {
    const directory = t.testdir({})
    const fileWith = (content: string | Buffer): string => {
      const file = join(directory, 'secret')
      writeFileSync(file, content)
      return file
    }
    for (const end of ['', '\n', '\r\n']) {
      const ADMIN_PASSWORD_FILE = fileWith(`from a file of good length${end}`)
      const { administrator } = loadConfig({ ...BASE, ADMIN_PASSWORD: '', ADMIN_PASSWORD_FILE })
      t.equal(administrator.password, 'from a file of good length')
    }
    const latin1 = fileWith(Buffer.from('für Käthe canary canary', 'latin1'))
    t.match(faultsOf({ ADMIN_PASSWORD: '', ADMIN_PASSWORD_FILE: latin1 }), ['ADMIN_PASSWORD must be text in UTF-8'])
  },
)
