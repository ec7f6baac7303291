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

/** Whether the client gets a token. */
export async function works(
  { app }: Pick<TestService, 'app'>,
  { clientId, secret }: { clientId: string; secret: string },
): Promise<boolean> {
  const response = await app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic({ clientId, secret }) },
  })
  if (response.statusCode !== 200 && response.statusCode !== 401) throw new Error(response.body)
  return response.statusCode === 200
}

export async function newClient(auth: TestService, clientId: string): Promise<Client> {
  const asAdmin = await administratorOf(auth)
  const made = await asAdmin('POST', '/admin/clients', { clientId, scopes: ['employees:read'] })
  return { clientId, secret: made.json().clientSecret, scopes: ['employees:read'] }
}
