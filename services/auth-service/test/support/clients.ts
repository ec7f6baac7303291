import { testEnvironment } from '@latchkey/test-kit'
import { administratorOf, startAuthService, type TestService } from './auth-service.ts'
import { basic } from './send-form.ts'

type TestScope = Parameters<typeof testEnvironment>[0]
export type Client = { clientId: string; secret: string; scopes: string[] }

/** Starts auth-service several times on one schema and one key prefix, each time with other settings. */
export async function rebooting(t: TestScope) {
  const environment = await testEnvironment(t)
  const boot = (scope: TestScope, variables: Record<string, string> = {}): Promise<TestService> =>
    startAuthService(scope, { environment, variables })
  return {
    environment,
    boot,
    bootWith: (scope: TestScope, ...clients: Client[]) => boot(scope, { SERVICE_CLIENTS: JSON.stringify(clients) }),
  }
}

type Credentials = Pick<Client, 'clientId' | 'secret'>

const grant = ({ app }: Pick<TestService, 'app'>, credentials: Credentials) =>
  app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(credentials) },
  })

/** Whether the client gets a token. */
export async function works(auth: Pick<TestService, 'app'>, credentials: Credentials): Promise<boolean> {
  const response = await grant(auth, credentials)
  if (response.statusCode !== 200 && response.statusCode !== 401) throw new Error(response.body)
  return response.statusCode === 200
}

/** An access token with all that the client may do. */
export async function tokenOf(auth: Pick<TestService, 'app'>, credentials: Credentials): Promise<string> {
  const response = await grant(auth, credentials)
  if (response.statusCode !== 200) throw new Error(`the client got no token: ${response.body}`)
  return response.json().access_token
}

/** Calls under a token of the client, issued now. */
export async function callsOf(auth: TestService, credentials: Credentials) {
  const token = await tokenOf(auth, credentials)
  return (method: string, url: string, body?: object) => auth.call(method, url, { token, ...(body && { body }) })
}

/** A client that the first administrator has made; it reads employees unless other scopes are given. */
export async function newClient(
  auth: TestService,
  clientId: string,
  scopes: string[] = ['employees:read'],
): Promise<Client> {
  const asAdmin = await administratorOf(auth)
  const made = await asAdmin('POST', '/admin/clients', { clientId, scopes })
  if (made.statusCode !== 201) throw new Error(`no client was made: ${made.body}`)
  return { clientId, secret: made.json().clientSecret, scopes }
}
