import { SettingsError } from '@latchkey/service-kit/settings'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { needsTls } from '../../src/mail/mail-settings.ts'

const BASE = {
  DATABASE_URL: 'postgres://localhost/x',
  REDIS_URL: 'redis://localhost',
  ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
  REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
}
const MAIL = {
  SMTP_URL: 'smtps://us:canary-password@mail.example.com',
  MAIL_FROM: 'Acme, Inc. <no-reply@example.com>',
  PUBLIC_URL: 'https://example.com/id/',
}

/** The names of the settings that are at fault. */
function faultsOf(variables: Record<string, string | undefined>): string[] {
  try {
    loadConfig({ ...BASE, ...variables })
    return []
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    t.notMatch(error.message, /canary/)
    return [...error.message.matchAll(/\b(?:SMTP_URL|MAIL_FROM|MAIL_DIRECTORY|PUBLIC_URL|LINKS_URL)\b/g)].map(
      ([name]) => name,
    )
  }
}

t.test('with a mail server links lead below PUBLIC_URL, or to LINKS_URL', async (t) => {
  const config = loadConfig({ ...BASE, ...MAIL })
  t.match(config.mail, { smtpUrl: MAIL.SMTP_URL, from: MAIL.MAIL_FROM })
  t.equal(config.linksUrl, 'https://example.com/id/console')
  t.equal(
    loadConfig({ ...BASE, ...MAIL, LINKS_URL: 'https://app.example.com/go' }).linksUrl,
    'https://app.example.com/go',
  )
  t.equal(loadConfig(BASE).mail, undefined)
  t.equal(loadConfig({ ...BASE, TOKEN_ISSUER: 'https://id.example.com' }).linksUrl, 'https://id.example.com/console')
})

for (const [title, variables, names] of [
  [
    'a mail server without sender and address',
    { MAIL_FROM: undefined, PUBLIC_URL: undefined },
    ['MAIL_FROM', 'PUBLIC_URL'],
  ],
  ['another protocol', { SMTP_URL: 'https://canary@mail.example.com' }, ['SMTP_URL']],
  ['no URL', { SMTP_URL: 'canary' }, ['SMTP_URL']],
  ['an option that would log mails', { SMTP_URL: 'smtp://mail.example.com?logger=true&debug=true' }, ['SMTP_URL']],
  ['a sender without an address', { MAIL_FROM: 'canary' }, ['MAIL_FROM']],
  ['a sender with a line break', { MAIL_FROM: 'a@example.com\nBcc: canary@example.com' }, ['MAIL_FROM']],
  ['links over plain HTTP', { PUBLIC_URL: 'http://canary.example.com' }, ['PUBLIC_URL']],
  ['links with a fragment', { LINKS_URL: 'https://example.com/#canary' }, ['LINKS_URL']],
  ['mails as files beside a mail server', { MAIL_DIRECTORY: '/canary' }, ['MAIL_DIRECTORY']],
] as const) {
  t.test(`${title}: a fault at boot, by name and not by value`, async (t) => {
    const named = new Set(faultsOf({ ...MAIL, ...variables }))
    for (const name of names) t.ok(named.has(name), name)
  })
}

t.test('credentials go over TLS, except to this machine', async (t) => {
  t.equal(needsTls('smtp://us:secret@mail.example.com'), true)
  t.equal(needsTls('smtp://us:secret@127.0.0.1:1025'), false)
  t.equal(needsTls('smtp://relay.internal:25'), false)
})
