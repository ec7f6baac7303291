import { join } from 'node:path'
import { freePort, temporaryDirectory, untilDecided } from '@latchkey/harness'
import type { Test } from 'tap'
import { runStackProcess, type StackPlace, type StackRun } from './running-stack.ts'

/** What is read of any answer here. */
export type Answered = {
  readonly id?: string
  readonly code?: string
  readonly user?: { readonly id: string; readonly status: string }
  readonly invitation?: { readonly link: string }
  readonly accessToken?: string
  readonly access_token?: string
  readonly refreshToken?: string
  readonly clientSecret?: string
  readonly scopes?: readonly string[]
  readonly state?: string
  readonly lastError?: string | null
  readonly userId?: string | null
  readonly clients?: readonly string[]
  readonly items?: readonly { readonly actor?: { readonly id: string }; readonly subjectId?: string }[]
}
export type Answer = { readonly status: number; readonly retryAfter: string | null; readonly body: Answered }

type Call = {
  readonly method?: string
  readonly body?: object
  /** In place of `body`. */
  readonly csv?: string
}
/** Calls one of the services until it has time for that, by a path that starts with `/employees` or is one of auth-service's. */
export type Ask = (path: string, call?: Call) => Promise<Answer>

export type Person = {
  readonly id: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly ask: Ask
}

export type Company = Awaited<ReturnType<typeof startCompany>>

const PASSWORD = 'a heron walks over nine slow rivers'

/** `npm start` on data of its own, with the administrator signed in, and people who join by an invitation. */
export async function startCompany(t: Test, settings: Pick<StackPlace, 'ACCESS_POLICY_FILE'> = {}) {
  const [auth, employee] = [await freePort(), await freePort()]
  const place: StackPlace = {
    DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
    AUTH_PORT: String(auth),
    EMPLOYEE_PORT: String(employee),
    ...settings,
  }
  const stack: StackRun = runStackProcess(t, place)
  await stack.ready()

  const askOnceUnder =
    (token?: string): Ask =>
    async (path, { body, csv, method = body === undefined && csv === undefined ? 'GET' : 'POST' } = {}) => {
      const port = path.startsWith('/employees') ? employee : auth
      const type = csv === undefined ? 'application/json' : 'text/csv'
      const payload = csv ?? (body && JSON.stringify(body))
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          ...(payload !== undefined && { 'content-type': type }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(payload !== undefined && { body: payload }),
      })
      const text = await response.text()
      const answered = (text === '' ? {} : JSON.parse(text)) as Answered
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body: answered }
    }
  const askUnder = (token?: string): Ask => {
    const ask = askOnceUnder(token)
    return (path, call) =>
      untilDecided(
        () => ask(path, call),
        (answer) => answer,
      )
  }
  const anyone = askUnder()

  function signedIn(email: string, { status, body: { user, accessToken, refreshToken, code } }: Answer): Person {
    if (accessToken === undefined || refreshToken === undefined)
      throw new Error(`${email} is not signed in: ${status} ${code}`)
    return { id: user?.id ?? '', email, accessToken, refreshToken, ask: askUnder(accessToken) }
  }
  const email = 'admin@localhost.test'
  const credentials = { email, password: stack.password(), delivery: 'body' }
  const administrator = signedIn(email, await anyone('/auth/login', { body: credentials }))

  return {
    stack,
    place,
    dataDirectory: place.DATA_DIR,
    administrator,
    anyone,

    /** Invites as the administrator, and accepts. */
    async join(name: string, ...roles: readonly string[]): Promise<Person> {
      const address = `${name.toLowerCase()}@example.com`
      const body = { email: address, fullName: `${name} Ver`, roles }
      const { invitation } = (await administrator.ask('/admin/users', { body })).body
      const [, token] = invitation?.link.split('#token=') ?? []
      const acceptance = { token, password: PASSWORD, delivery: 'body' }
      return signedIn(address, await anyone('/auth/invitations/accept', { body: acceptance }))
    },

    /** A service client that the administrator makes, signed in. */
    async client(clientId: string, ...scopes: readonly string[]): Promise<Ask> {
      const { clientSecret } = (await administrator.ask('/admin/clients', { body: { clientId, scopes } })).body
      const response = await fetch(`http://127.0.0.1:${auth}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: `${clientSecret}`,
        }),
      })
      const { access_token: token } = (await response.json()) as Answered
      return askUnder(token)
    },
  }
}

/** The facts of an employee, linked or not. */
export const factsOf = (name: string, userId?: string) => ({
  firstName: name,
  lastName: 'Ver',
  email: `${name.toLowerCase()}@example.com`,
  ...(userId !== undefined && { userId }),
})
