import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryDirectory } from '@latchkey/harness'
import type { Test } from 'tap'
import { commandsOf, shell } from '../running-example.ts'
import { type Company, PASSWORD } from './company.ts'

type Outcome = { readonly printed: string; readonly noted: string; readonly code: number }

/** As the example has it. */
const TEMPORARY = 75

/** It keeps its tokens where nobody else reads them, and two at once are no harm. */
export async function commandLine(t: Test, company: Company, scope: Test) {
  const [signIn = '', list = '', signOut = ''] = commandsOf('command-line')
  const { guest, staff } = company

  /** Somebody whose programs have one directory, and who tries again when a program says so. */
  function personAt(directory: string) {
    return async function run(line: string, input = ''): Promise<Outcome> {
      const { command, args, options } = shell(line, { ...company.environment, XDG_CONFIG_HOME: directory })
      const child = spawn(command, args, { ...options, stdio: 'pipe' })
      child.stdin.end(input)
      const [printed, noted, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return code === TEMPORARY ? run(line, input) : { printed, noted, code }
    }
  }
  const signInAs = (email: string): string => signIn.replace('admin@localhost.test', email)

  const directory = temporaryDirectory(scope, 'stack')
  const file = join(directory, 'latchkey-example/tokens.json')
  const run = personAt(directory)
  t.match(await run(list), { code: 1, noted: /^nobody is signed in/ })
  t.match(await run(signInAs(staff.email), 'not this one'), { code: 1, noted: /No account has this name and password/ })
  t.match(await run(signInAs(staff.email), `${PASSWORD}\n`), { code: 0, printed: `Signed in as ${staff.email}\n` })
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(await run(list), { code: 0, printed: /^Ada Lovelace <ada@example.com>$/m, noted: /^$/ })

  const asGuest = personAt(temporaryDirectory(scope, 'stack'))
  t.match(await asGuest(signInAs(guest.email), PASSWORD), { code: 0 })
  t.match(await asGuest(list), { code: 1, printed: /^$/, noted: /needs the scope employees:read/ })

  return async (t: Test) => {
    const { refreshToken } = JSON.parse(readFileSync(file, 'utf8'))
    for (const outcome of await Promise.all([run(list), run(list)])) {
      t.match(outcome, { code: 0, printed: /^Ada Lovelace/m, noted: /^$/ }, 'two at once')
    }
    t.not(JSON.parse(readFileSync(file, 'utf8')).refreshToken, refreshToken)
    t.equal(statSync(file).mode & 0o777, 0o600)
    t.match(await run(list), { code: 0 })
    t.match(await run(signOut), { code: 0 })
    t.match(await run(list), { code: 1, noted: /^nobody is signed in/ })
  }
}
