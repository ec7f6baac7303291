import { randomUUID } from 'node:crypto'
import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY, redisUrlFor, type TestScope, tcpRelay, untilDecided } from '@latchkey/test-kit'
import type { Config, Overrides } from '../../src/index.ts'
import { authServiceProcess } from './auth-service-process.ts'
import { bearer, employeeApp, NOWHERE } from './employee-app.ts'
import { createHolds } from './holds.ts'
import { startMailbox } from './mailbox.ts'

const HR = bearer('employees:read', 'employees:write', 'users:invite')
const LINKER = bearer('employees:read', 'employees:write', 'employees:link')

type Options = Overrides & {
  /** No mails leave at all. */
  readonly withoutMail?: boolean
  readonly refuses?: (to: string) => boolean
  readonly variables?: Record<string, string>
}

/** Both services, and a relay between them for all that can go wrong there. */
export async function servicePair(t: TestScope, { withoutMail, refuses, variables, ...overrides }: Options = {}) {
  const mailbox = await startMailbox(t, { ...(refuses && { refuses }) })
  const auth = await authServiceProcess(t, { ...(!withoutMail && mailbox.variables), ...variables })
  const holds = createHolds()
  const relay = await tcpRelay(t, auth.url, { onChunk: holds.onChunk })
  const { redisUrl, redisPrefix } = auth.environment
  const change = (config: Config): Config => ({
    ...config,
    revocations: { redisUrl: redisUrlFor('verifier', redisUrl), prefix: redisPrefix },
    auth: { ...NOWHERE, baseUrl: relay.url, tokenUrl: `${relay.url}/oauth/token` },
  })
  const { app, config, logs } = await employeeApp(t, change, overrides)
  const database = createDatabase<unknown>({ ...config.database, ...NO_HURRY })
  t.teardown(() => database.close())

  /** Again while the service is busy. */
  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    url: string,
    payload?: object,
    headers: Record<string, string> = HR,
  ) {
    const answer = await untilDecided(
      () => app.inject({ method, url, headers, ...(payload && { payload }) }),
      (each) => ({ status: each.statusCode, retryAfter: each.headers['retry-after'] }),
    )
    return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json() }
  }

  async function employ(facts: object = {}) {
    const email = `${randomUUID()}@corp.test`
    const employee = { firstName: 'Ida', lastName: 'Bell', email, ...facts }
    // A 503 leaves open whether there is one now; with a key the call may be repeated.
    const { status, body } = await call('POST', '/employees', employee, { ...HR, 'idempotency-key': randomUUID() })
    if (status !== 201) throw new Error(`not employed: ${status} ${body.code}`)
    return person(body.id, body.email)
  }

  /** What hr does with one employee, and sees of them. */
  function person(id: string, email: string) {
    const url = `/employees/${id}`
    const invitation = async () => (await call('GET', `${url}/invitation`)).body
    const offboarding = async () => (await call('GET', `${url}/offboarding`)).body
    return {
      id,
      email,
      url,
      employee: async () => (await call('GET', url)).body,
      invite: () => call('POST', `${url}/invitation`),
      invitation,
      offboarding,
      terminate: () => call('POST', `${url}/termination`, {}),
      remove: () => call('DELETE', url),
      change: (changes: object) => call('PATCH', url, changes),
      /** By an administrator. */
      link: (userId: string | null) => call('PATCH', url, { userId }, LINKER),
      untilInvitation: (state: string, lastError?: string | null) =>
        eventually(
          async () => {
            const seen = await invitation()
            return seen.state === state && (lastError === undefined || seen.lastError === lastError)
          },
          `the invitation is ${state} ${lastError ?? ''}`,
        ),
      untilOffboarding: (state: string) =>
        eventually(async () => (await offboarding()).state === state, `the offboarding is ${state}`),
    }
  }

  async function accountOf(email: string): Promise<Account | undefined> {
    const { items } = (await auth.asAdmin('GET', `/admin/users?query=${email}`)).body
    return (items as Account[]).find((account) => account.email === email)
  }

  type Account = { readonly id: string; readonly email: string; readonly status: string; readonly roles: string[] }

  return {
    auth,
    relay,
    /** Holds the next chunk between the two that has this text. */
    hold: holds.hold,
    mailbox,
    app,
    config,
    logs,
    /** Of employee-service. */
    database,
    call,
    employ,
    person,
    /** The account with this address, as an administrator sees it. */
    accountOf,
    untilAccount: (email: string, status: string) =>
      eventually(async () => (await accountOf(email))?.status === status, `the account of ${email} is ${status}`),
    /** What auth-service has of an account, set to its status by an administrator. */
    async setStatus(email: string, status: 'active' | 'disabled') {
      const account = await accountOf(email)
      return auth.asAdmin('PATCH', `/admin/users/${account?.id}`, { status })
    },
    /** As hr does by hand at auth-service. */
    async withdraw(email: string) {
      const account = await accountOf(email)
      return auth.asAdmin('DELETE', `/admin/users/${account?.id}/invitation`)
    },
    /** The link of this account has been open for a week. */
    expire: (email: string) =>
      auth.database.pool.query(
        `update links set expires_at = now() - interval '2 minutes' from users where users.id = user_id and email = $1`,
        [email],
      ),
    /** An active account that did not come in by this service. */
    async makeAccount(email: string): Promise<{ readonly id: string; readonly email: string }> {
      const id = randomUUID()
      await auth.database.pool.query(
        `insert into users (id, email, email_key, username, username_key, roles, status, password_hash)
         values ($1, $2, $2, $3, $3, '{user}', 'active', 'none')`,
        [id, email, id],
      )
      return { id, email }
    },
  }
}

/** The token of a link that was shown. */
export function linkIn(body: Record<string, unknown>): string {
  const { link = '' } = body.invitation as { link?: string }
  return link.split('#token=')[1] ?? ''
}

export type ServicePair = Awaited<ReturnType<typeof servicePair>>
