import { join } from 'node:path'
import { type Client, createClient } from '@latchkey/client'
import { freePort, poll, temporaryDirectory } from '@latchkey/harness'
import type { Test } from 'tap'
import { payroll, policyFile } from '../company/access-policy.ts'
import { commandsOf, runCommandLine, untilItListens } from '../running-example.ts'
import { runStackProcess, type StackPlace } from '../running-stack.ts'
import { type Ask, askBy, askWith, untilKnown } from './asking.ts'
import { type ReservedPort, reservePort } from './reserved-port.ts'

export type Person = { readonly email: string; readonly client: Client; readonly ask: Ask }

export type Company = {
  readonly place: StackPlace
  readonly authUrl: string
  readonly employeesUrl: string
  readonly administrator: Ask
  /** May read employees, of whom Ada Lovelace is one. */
  readonly staff: Person
  /** Has an account, and may do nothing more. */
  readonly guest: Person
  /** Invites a person, who accepts. */
  join(name: string, role: string): Promise<Person>
  /** On another device. */
  signIn(email: string): Promise<Client>
  tokenOf(client: Client): Promise<string>
  /** Starts an example as its README says, once, until the end of the test. @returns its address */
  start(example: Example): Promise<string>
  /** The environment in which examples find the services. */
  readonly environment: Record<string, string>
  /** Waits until every token of now has expired, at every verifier. */
  untilTokensExpire(): Promise<void>
}

/** Those that listen. */
const listening = ['payroll', 'service-to-service', 'page', 'page-axios', 'server-rendered', 'es256'] as const
type Example = (typeof listening)[number]

export const PASSWORD = 'a heron walks over nine slow rivers'

/** `npm start` on data of its own, whose access tokens live for five seconds, with a role `payroll`. */
export async function startCompany(t: Test, settings: Partial<StackPlace> = {}): Promise<Company> {
  const ports = new Map<Example, ReservedPort>()
  for (const example of listening) ports.set(example, await reservePort(t))
  const originOf = (example: Example): string => `http://localhost:${ports.get(example)?.port}`
  const place: StackPlace = {
    DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
    AUTH_PORT: String(await freePort()),
    EMPLOYEE_PORT: String(await freePort()),
    ACCESS_TOKEN_EXPIRY: '5s',
    ACCESS_POLICY_FILE: policyFile(t, { payroll }),
    ALLOWED_ORIGINS: `${originOf('page')},${originOf('page-axios')}`,
    ...settings,
  }
  const stack = runStackProcess(t, place)
  await stack.ready()
  const authUrl = `http://localhost:${place.AUTH_PORT}`
  const employeesUrl = `http://localhost:${place.EMPLOYEE_PORT}`
  const environment = { TOKEN_ISSUER: authUrl, AUTH_URL: authUrl, EMPLOYEES_URL: employeesUrl }

  const newClient = (): Client =>
    createClient({ authUrl, origins: [employeesUrl, ...listening.map(originOf)], delivery: 'body', timeoutMs: 60_000 })
  async function signIn(email: string, password = PASSWORD): Promise<Client> {
    const client = newClient()
    await untilKnown(() => client.login({ email, password }))
    return client
  }
  const tokenOf = async (client: Client): Promise<string> =>
    (await untilKnown(() => client.authorize(employeesUrl))).token ?? ''
  const signInAsAdministrator = (): Promise<Client> => signIn('admin@localhost.test', stack.password())
  const administrator = askBy((await signInAsAdministrator()).fetch)

  async function invite(name: string, role: string): Promise<Person> {
    const email = `${name}@example.com`
    const { body } = await administrator(`${authUrl}/admin/users`, { email, roles: [role] })
    const [, token = ''] = body.invitation?.link.split('#token=') ?? []
    const client = newClient()
    await untilKnown(() => client.acceptInvitation({ token, password: PASSWORD }))
    return { email, client, ask: askBy(client.fetch) }
  }

  async function startExample(example: Example): Promise<string> {
    const [line = ''] = commandsOf(example)
    const port = (await ports.get(example)?.release()) ?? ''
    const child = runCommandLine(t, line.replaceAll('.data', place.DATA_DIR), { ...environment, PORT: port })
    await untilItListens(originOf(example), child)
    return originOf(example)
  }
  const started = new Map<Example, Promise<string>>()

  const ada = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', department: 'Research' }
  await administrator(`${employeesUrl}/employees`, ada)
  return {
    place,
    authUrl,
    employeesUrl,
    environment,
    administrator,
    staff: await invite('staff', 'staff'),
    guest: await invite('guest', 'user'),
    join: invite,
    signIn,
    tokenOf,

    start(example) {
      const url = started.get(example) ?? startExample(example)
      started.set(example, url)
      return url
    },

    async untilTokensExpire() {
      const ask = askWith(await tokenOf(await signInAsAdministrator()))
      const isOver = async () => (await ask(`${employeesUrl}/employees`)).body.code === 'token_expired'
      if (!(await poll(isOver, { timeoutMs: 120_000, intervalMs: 250 }))) throw new Error('the token does not expire')
    },
  }
}
