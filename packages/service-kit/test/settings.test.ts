import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadSettings, type Setting, setting } from '../src/settings/index.ts'
import { SettingsError } from '../src/settings/settings-error.ts'

const describe = (name: string) => ({ name, description: `What ${name} is` })
/** As a title may have it. */
const shown = (text: string): string => encodeURI(text)
const read = (one: Setting<unknown>, text: string | undefined): unknown =>
  loadSettings({ one }, { [one.name]: text }).one

function faultsOf(load: () => unknown): readonly { name: string; message: string }[] {
  try {
    load()
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
  return []
}

const text = setting.text(describe('TEXT'))
const port = setting.port(describe('PORT'))
const durationMs = setting.durationMs(describe('DURATION'))
const durationSeconds = setting.durationSeconds(describe('DURATION'))
const url = setting.url(describe('URL'))
const database = setting.url({ ...describe('DATABASE'), protocols: ['postgres:', 'postgresql:'] })
const origins = setting.origins(describe('ORIGINS'))
const addresses = setting.addresses(describe('ADDRESSES'))
const integer = setting.integer({ ...describe('INTEGER'), min: 8, max: 64 })
const list = setting.list(describe('LIST'))
const choice = setting.choice({ ...describe('CHOICE'), choices: ['full', 'minimal'] })
const json = setting.custom({ ...describe('JSON'), json: true, parse: (text): unknown => JSON.parse(text) })

const good: [setting: Setting<unknown>, text: string, value: unknown][] = [
  [text, 'a b', 'a b'],
  [port, '3001', 3001],
  [port, '0', 0],
  [durationMs, '250ms', 250],
  [durationMs, '10s', 10_000],
  [durationMs, '15m', 900_000],
  [durationMs, '1h', 3_600_000],
  [durationMs, '7d', 604_800_000],
  [durationSeconds, '15m', 900],
  [url, 'http://localhost:3001', 'http://localhost:3001'],
  [database, 'postgres://u:p@h/d', 'postgres://u:p@h/d'],
  [origins, 'https://a.example,http://localhost:5173', ['https://a.example', 'http://localhost:5173']],
  [addresses, '10.0.0.0/8, ::1,192.168.0.7', ['10.0.0.0/8', '::1', '192.168.0.7']],
  [integer, '64', 64],
  [list, 'acme, rotterdam', ['acme', 'rotterdam']],
  [choice, 'minimal', 'minimal'],
  [json, '[1]', [1]],
  [json, '{\n\t"a": 1\r\n}', { a: 1 }],
]

for (const [one, text, value] of good) {
  t.test(`${one.name}=${shown(text)} is read`, async (t) => {
    t.same(read(one, text), value)
  })
}

const bad: [setting: Setting<unknown>, text: string, message: RegExp][] = [
  [port, '65536', /whole number from 0 to 65535/],
  [port, '3e3', /whole number/],
  [port, '\u0661', /whole number/],
  [durationMs, '15', /duration like 10s, 15m, 1h or 7d/],
  [durationMs, '0s', /duration/],
  [durationMs, '-1s', /duration/],
  [durationMs, '1.5h', /duration/],
  [durationMs, '15 m', /duration/],
  [durationMs, '1w', /duration/],
  [durationSeconds, '250ms', /whole seconds/],
  [url, 'localhost:3001', /URL that starts with http/],
  [url, 'ftp://a', /URL that starts with http/],
  [database, 'mysql://a', /postgres:/],
  [origins, 'https://a.example,,https://b.example', /without empty items/],
  [addresses, 'localhost', /IP addresses or CIDR/],
  [addresses, '10.0.0.0/33', /IP addresses or CIDR/],
  [addresses, '10.0.0.0/0', /IP addresses or CIDR/],
  [addresses, '::/129', /IP addresses or CIDR/],
  [addresses, '10.0.0.0/8/8', /IP addresses or CIDR/],
  [addresses, 'true', /IP addresses or CIDR/],
  [addresses, 'proxy.example.com', /IP addresses or CIDR/],
  [addresses, 'loopback', /IP addresses or CIDR/],
  [addresses, '10.0.0.1:80', /IP addresses or CIDR/],
  [addresses, '[::1]', /IP addresses or CIDR/],
  [addresses, 'fe80::1%eth0', /without a zone/],
  [addresses, '::ffff:10.0.0.1', /IPv4 addresses as/],
  [integer, '7', /from 8 to 64/],
  [integer, '65', /from 8 to 64/],
  [list, 'acme,,rotterdam', /without empty items/],
  [choice, 'FULL', /one of full, minimal/],
  [json, '{"secret": canary}', /is invalid/],
  ...[text, port, durationMs, url, list, origins, choice].map((one): [Setting<unknown>, string, RegExp] => [
    one,
    'a\nb',
    /line ends or control characters/,
  ]),
  ...[text, json].flatMap((one): [Setting<unknown>, string, RegExp][] => [
    [one, ' a', /begin or end with a space/],
    [one, 'a\u3000', /begin or end with a space/],
    [one, 'a\x7fb', /control characters/],
  ]),
  [text, 'a\u2028b', /line ends/],
]

for (const [one, text, message] of bad) {
  t.test(`${one.name}=${shown(text)} is a fault`, async (t) => {
    t.match(
      faultsOf(() => read(one, text)),
      [{ name: one.name, message }],
    )
  })
}

t.test('one error names all faults by variable, never by value', async (t) => {
  const definitions = { port, durationMs, choice, text, secret: setting.secret(describe('SECRET')) }
  const load = () => loadSettings(definitions, { PORT: 'canary1', DURATION: 'canary2', CHOICE: 'canary3', TEXT: '' })
  t.same(
    faultsOf(load).map(({ name }) => name),
    ['PORT', 'DURATION', 'CHOICE', 'TEXT', 'SECRET'],
  )
  t.throws(load, { message: /^Invalid settings:\n {2}PORT must be .*\n {2}DURATION must/ })
  t.notMatch(String(faultsOf(load).map(({ message }) => message)), 'canary')
})

t.test('a parser that quotes the value is not believed', async (t) => {
  const quoting = setting.custom({
    ...describe('QUOTING'),
    parse: (text): never => {
      throw new Error(`bad value ${text}`)
    },
  })
  t.same(
    faultsOf(() => read(quoting, 'canary')),
    [{ name: 'QUOTING', message: 'is invalid' }],
  )
})

t.test('an empty variable counts as not set: default, undefined, or a fault', async (t) => {
  t.equal(read(setting.port({ ...describe('PORT'), default: 3001 }), ''), 3001)
  t.equal(read(setting.text({ ...describe('TEXT'), optional: true }), ''), undefined)
  t.same(
    faultsOf(() => read(text, '')),
    [{ name: 'TEXT', message: 'must be set' }],
  )
})

t.test('faults of several settings together are named, too', async (t) => {
  const check = (loaded: { port: number | undefined }) =>
    loaded.port === 1 ? [{ name: 'PORT', message: 'must not be 1' }] : []
  t.same(
    faultsOf(() => loadSettings({ port }, { PORT: '1' }, check)),
    [{ name: 'PORT', message: 'must not be 1' }],
  )
  t.same(loadSettings({ port }, { PORT: '2' }, check), { port: 2 })
})

t.test('faults of single settings hide no fault that several have together, and no setting has two', async (t) => {
  const check = () => [
    { name: 'PORT', message: 'must be lower than that of the other' },
    { name: 'SECRET', message: 'must be set' },
    { name: 'TEXT', message: 'must not be that of the other' },
  ]
  const definitions = { port, text, secret: setting.secret({ ...describe('SECRET'), optional: true }) }
  t.same(
    faultsOf(() => loadSettings(definitions, { PORT: 'many', TEXT: 'a', SECRET_FILE: '/nowhere' }, check)).map(
      ({ name, message }) => `${name} ${message}`,
    ),
    [
      'PORT must be a whole number from 0 to 65535',
      'SECRET_FILE names a file that cannot be read',
      'TEXT must not be that of the other',
    ],
  )
})

t.test('secrets may come from files', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'settings-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const file = join(directory, 'secret')
  const empty = join(directory, 'empty')
  await writeFile(file, 'from file\n')
  await writeFile(empty, '\n')
  const secret = setting.secret(describe('SECRET'))
  const load = (environment: Record<string, string>) => () =>
    loadSettings({ secret, text }, { TEXT: 'a', ...environment })

  t.equal(load({ SECRET_FILE: file })().secret, 'from file', 'without the newline at its end')
  for (const [content, message] of [
    ['from file\n\n', /line ends/],
    ['from\nfile\n', /line ends/],
    ['from file \n', /begin or end with a space/],
    ['\ufefffrom file', /begin or end with a space/],
  ] as const) {
    const stray = join(directory, 'stray')
    await writeFile(stray, content)
    t.match(faultsOf(load({ SECRET_FILE: stray })), [{ name: 'SECRET', message }], JSON.stringify(content))
  }
  t.equal(load({ SECRET: 'direct', SECRET_FILE: '' })().secret, 'direct')
  t.same(faultsOf(load({ SECRET: 'a', SECRET_FILE: file })), [
    { name: 'SECRET', message: 'and SECRET_FILE are both set' },
  ])
  t.same(faultsOf(load({ SECRET_FILE: join(directory, 'none') })), [
    { name: 'SECRET_FILE', message: 'names a file that cannot be read' },
  ])
  t.same(faultsOf(load({ SECRET_FILE: empty })), [{ name: 'SECRET_FILE', message: 'names an empty file' }])
  t.match(faultsOf(load({})), [{ name: 'SECRET', message: /SECRET_FILE/ }])
  t.same(
    faultsOf(load({ SECRET: 'a', TEXT: '', TEXT_FILE: file })),
    [{ name: 'TEXT_FILE', message: 'is not read: TEXT is no secret' }],
    'and only secrets',
  )
})
