import { testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { runOn } from '../support/run-command.ts'

// Nothing has migrated this database.
const environment = await testEnvironment(t)

t.test('what is no command is refused with exit code 2, the reason and the usage', async (t) => {
  for (const [args, reason] of [
    [['frobnicate'], /^There is no command 'frobnicate'/],
    [['reset-password'], /^The command needs an e-mail address/],
    [['reset-password', 'a@b.c', 'd@e.f'], /^The command needs an e-mail address, and nothing else/],
    [['reset-password', 'a@b.c', '--all'], /^reset-password has no options/],
    [['grant-role'], /^grant-role needs the name of a role/],
    [['grant-role', 'staff'], /^grant-role needs an e-mail address, --linked or --all/],
    [['grant-role', 'staff', '--all', '--linked'], /one of them only/],
    [['grant-role', 'staff', 'a@b.c', '--linked'], /one of them only/],
    [['grant-role', 'admin', '--all'], /^The role admin is given to one account at a time/],
    [['verify-all', 'a@b.c'], /^verify-all has no arguments/],
    [['verify-all', '--everybody'], /^Unknown option '--everybody'/],
  ] as const) {
    const result = await runOn({ environment }, args)
    t.match(result, { code: 2, printed: [], noted: reason }, args.join(' '))
    t.match(result.noted, 'npm run admin -- <command>')
  }
})

t.test('without a command, or when asked, it prints the usage', async (t) => {
  for (const args of [[], ['help'], ['--help'], ['grant-role', '-h']]) {
    t.match(await runOn({ environment }, args, { DATABASE_URL: undefined }), {
      code: 0,
      printed: [/reset-password EMAIL/],
    })
  }
})

t.test('settings that are missing or wrong are named, with exit code 2, and never shown', async (t) => {
  const none = await runOn({ environment }, ['verify-all'], { DATABASE_URL: undefined })
  t.match(none, { code: 2, noted: /DATABASE_URL \(or DATABASE_URL_FILE\) must be set/ })
  const wrong = { DATABASE_URL: 'canary', REDIS_URL: 'canary', LINKS_URL: 'canary', EMPLOYEE_DATABASE_URL: 'canary' }
  const { code, noted } = await runOn({ environment }, ['verify-all'], wrong)
  t.equal(code, 2)
  for (const name of Object.keys(wrong)) t.match(noted, name)
  t.notMatch(noted, 'canary')
})

t.test('a database that is away, or behind this version, is one line and exit code 1', async (t) => {
  const away = await runOn({ environment }, ['verify-all'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' })
  t.match(away, { code: 1, noted: /^Postgres does not answer: .*ECONNREFUSED/ })
  t.match(await runOn({ environment }, ['verify-all']), { code: 1, noted: /^The database is behind this version/ })
  t.notMatch(away.noted, '\n')
})
