// A command line: `node employees.ts sign-in EMAIL`, `list`, `sign-out`. To copy: `npm install @latchkey/client`; Node 22.18 or later.
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AuthError, createClient } from '@latchkey/client'
import type { EmployeePaths } from '@latchkey/client/api'
import { createTokenFile } from './token-file.ts'

type Employees = EmployeePaths['/employees']['get']['responses'][200]['content']['application/json']

const { AUTH_URL = 'http://localhost:3001', EMPLOYEES_URL = 'http://localhost:3002' } = process.env
const { XDG_CONFIG_HOME = join(homedir(), '.config') } = process.env
const store = createTokenFile(join(XDG_CONFIG_HOME, 'latchkey-example/tokens.json'))
const client = createClient({ authUrl: AUTH_URL, origins: [EMPLOYEES_URL], delivery: 'body', store })
client.on('ended', ({ reason }) => console.error(`The session is over: ${reason}`))

/** The exit code when nothing was decided, and a later try may do (EX_TEMPFAIL of sysexits.h). */
const TEMPORARY = 75

/** Something that the person can read as it is. */
class Fault extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** From the terminal, without showing it, or from a pipe: on the command line `ps` would show it. */
async function readPassword(): Promise<string> {
  process.stderr.write('Password: ')
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  for await (const line of createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY })) return line
  throw new Fault('no password was given')
}

const commands: Record<string, (argument?: string) => Promise<void>> = {
  async 'sign-in'(email) {
    if (!email) throw new Fault('usage: sign-in EMAIL')
    const { user } = await client.login({ email, password: await readPassword(), deviceName: hostname() })
    console.log(`Signed in as ${user.email}`)
  },

  async list() {
    // Every run refreshes. Two at once get the same tokens: auth-service answers a repeated refresh with the same successor.
    if ((await client.restore()) === null) throw new Fault('nobody is signed in: sign-in EMAIL')
    const response = await client.fetch(`${EMPLOYEES_URL}/employees?sort=lastName&limit=100`)
    if (!response.ok) {
      const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
      const isTemporary = response.status >= 500 || response.status === 429
      throw new Fault(detail ?? `employee-service answered ${response.status}`, isTemporary ? TEMPORARY : 1)
    }
    const { items } = (await response.json()) as Employees
    for (const { firstName, lastName, email } of items) console.log(`${firstName} ${lastName} <${email}>`)
  },

  async 'sign-out'() {
    await client.logout()
  },
}

const [command = '', argument] = process.argv.slice(2)
try {
  const run = commands[command]
  if (!run) throw new Fault(`usage: ${Object.keys(commands).join(' | ')}`)
  await run(argument)
} catch (error) {
  if (error instanceof AuthError) {
    const isUndecided = error.code === 'unavailable'
    console.error(
      isUndecided ? 'auth-service cannot be reached; you stay signed in. Try again in a moment.' : error.message,
    )
    process.exitCode = isUndecided ? TEMPORARY : 1
  } else if (error instanceof Fault) {
    console.error(error.message)
    process.exitCode = error.exitCode
  } else throw error
}
