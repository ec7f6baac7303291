import { randomUUID } from 'node:crypto'
import { poll, type Random } from '@latchkey/harness'
import { Client } from 'pg'
import type { Ask, Question } from '../requests/ask.ts'
import type { Answer } from '../requests/call.ts'
import { newEmail, word } from '../values/valid-text.ts'
import type { Guardian } from './guardian.ts'
import type { Mailbox, MailedLink } from './mailbox.ts'
import { newPassword } from './new-password.ts'
import { CLIENTS, type Services } from './services.ts'

/** An account that no caller depends on, with one live session. */
export type Person = {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly password: string
  readonly deviceId: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** Makes what a request is about, so that it can succeed. Each thing is made for one request, unless it is only read. */
export type World = {
  newPerson(): Promise<Person>
  /** An invited account, by the caller with this token. */
  newInvitee(token: string): Promise<string>
  newClient(): Promise<{ readonly clientId: string; readonly secretId: string }>
  newScope(): Promise<string>
  /** The name of a scope that somebody else makes. */
  nameScope(): Promise<string>
  newRole(): Promise<string>
  newEmployee(): Promise<string>
  /** An employee whose offboarding auth-service has refused. */
  newFailedOffboarding(): Promise<string>
  /** A link that nobody has used, and the person that it was mailed to, unless that is an invited one. */
  newLink(
    page: 'accept' | 'verify' | 'reset' | 'email' | 'undo',
  ): Promise<{ readonly token: string; readonly person: Person | undefined }>
  close(): Promise<void>
}

/** How many links are ordered at once: they come by mail, which takes a moment. */
const BATCH = 3
const MAIL_MS = 20_000
/** Each scope is in the tokens of administrators, which hold so many only. */
const MOST_SCOPES = 10
/** Of a client's token: well below its life. */
const REUSED_MS = 5 * 60_000

type Dependencies = {
  readonly random: Random
  readonly ask: Ask
  readonly guardian: Guardian
  readonly mailbox: Mailbox
  readonly employees: Services['employees']
}

export async function createWorld({ random, ask, guardian, mailbox, employees }: Dependencies): Promise<World> {
  const people = new Map<string, Person>()
  const scopes: string[] = []
  const database = new Client({ connectionString: employees.databaseUrl })
  await database.connect()

  async function succeed(operationKey: string, question: Question): Promise<Answer> {
    const answer = await ask(operationKey, question)
    if (answer.status >= 300) throw new Error(`${operationKey}: ${answer.status} ${answer.text}`)
    return answer
  }

  async function newPerson(): Promise<Person> {
    const facts = { email: newEmail(random).toLowerCase(), username: word(random), password: newPassword(random) }
    const answer = await succeed('POST /auth/register', { json: { ...facts, delivery: 'body' } })
    const { user, device, accessToken, refreshToken } = answer.json as {
      user: { id: string }
      device: { id: string }
      accessToken: string
      refreshToken: string
    }
    const person = { ...facts, id: user.id, deviceId: device.id, accessToken, refreshToken }
    people.set(facts.email, person)
    return person
  }

  let inviter: { readonly token: string; readonly until: number } | undefined
  /** Invitations of clients have the higher quota. */
  async function inviterToken(): Promise<string> {
    if (inviter && Date.now() < inviter.until) return inviter.token
    const { 'client-of-all': client } = CLIENTS
    const form = { grant_type: 'client_credentials' }
    const answer = await succeed('POST /oauth/token', { form, basic: ['client-of-all', client.secret] })
    const { access_token: token } = answer.json as { access_token: string }
    inviter = { token, until: Date.now() + REUSED_MS }
    return token
  }

  async function newInvitee(token: string): Promise<string> {
    const answer = await succeed('POST /admin/users', {
      token,
      json: { email: newEmail(random).toLowerCase(), roles: ['user'] },
    })
    return (answer.json as { user: { id: string } }).user.id
  }

  /** Only whoever had a verified address may undo its change. What an administrator sets counts as verified. */
  async function verifyAddress(person: Person): Promise<void> {
    const email = newEmail(random).toLowerCase()
    await guardian.ask('PATCH /admin/users/{userId}', { path: { userId: person.id }, json: { email } })
    people.set(email, { ...person, email })
  }

  async function order(page: MailedLink['page']): Promise<void> {
    if (page === 'accept') return void (await newInvitee(await inviterToken()))
    const person = await newPerson()
    if (page === 'reset') await succeed('POST /auth/password/forgot', { json: { email: person.email } })
    if (page !== 'email' && page !== 'undo') return
    if (page === 'undo') await verifyAddress(person)
    const email = newEmail(random).toLowerCase()
    people.set(email, person)
    await succeed('POST /auth/email', { token: person.accessToken, json: { email, currentPassword: person.password } })
  }

  async function newEmployee(facts: object = {}): Promise<string> {
    const json = { firstName: word(random), lastName: word(random), email: newEmail(random).toLowerCase(), ...facts }
    return ((await guardian.ask('POST /employees', { json })).json as { id: string }).id
  }

  async function nameScope(): Promise<string> {
    const name = `fuzz:${word(random)}`
    const [oldest] = scopes.length < MOST_SCOPES ? [] : scopes.splice(0, 1)
    if (oldest) await guardian.tell('DELETE /admin/scopes/{name}', { path: { name: oldest } })
    scopes.push(name)
    return name
  }

  return {
    newPerson,
    nameScope,
    newInvitee,
    newEmployee: () => newEmployee(),
    async newClient() {
      const clientId = `c-${word(random)}`
      await guardian.ask('POST /admin/clients', { json: { clientId, scopes: ['employees:read'] } })
      const secret = await guardian.ask('POST /admin/clients/{clientId}/secrets', { path: { clientId } })
      return { clientId, secretId: (secret.json as { secretId: string }).secretId }
    },
    async newScope() {
      const name = await nameScope()
      await guardian.ask('PUT /admin/scopes/{name}', { path: { name }, json: { description: 'Made for one request' } })
      return name
    },
    async newRole() {
      const name = `role-${word(random)}`
      await guardian.ask('PUT /admin/roles/{name}', {
        path: { name },
        json: { description: 'Made for one request', scopes: ['profile'] },
      })
      return name
    },
    async newFailedOffboarding() {
      const id = await newEmployee({ userId: randomUUID() })
      await guardian.ask('POST /employees/{id}/termination', { path: { id }, json: {} })
      const isDone = async (): Promise<boolean> => {
        const { json } = await guardian.ask('GET /employees/{id}/offboarding', { path: { id } })
        return (json as { state: string }).state === 'done'
      }
      if (!(await poll(isDone, { timeoutMs: MAIL_MS }))) throw new Error('an offboarding is not carried out')
      // auth-service refuses for good only what would leave it without administrators; here it is enough that it had.
      await database.query(
        `update ${employees.schema}.offboardings set state = 'failed', failed_at = now(), last_error = '409 last_admin', completed_at = null, tokens_until = null where employee_id = $1`,
        [id],
      )
      return id
    },
    async newLink(page) {
      // Others change their addresses, too: without their passwords such a link opens nothing.
      const take = () => mailbox.take(page, (to) => page === 'accept' || people.has(to))
      let link = take()
      const hasCome = (): boolean => {
        link = take()
        return link !== undefined
      }
      if (!link) {
        for (let count = 0; count < BATCH; count++) await order(page)
        await poll(hasCome, { timeoutMs: MAIL_MS, intervalMs: 50 })
      }
      if (!link) throw new Error(`no link to ${page} arrives`)
      return { token: link.token, person: people.get(link.to.toLowerCase()) }
    },
    close: () => database.end(),
  }
}
