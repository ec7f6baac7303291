import { freePort } from '@latchkey/test-kit'
import type { Overrides } from '../../src/app.ts'
import { startAuthService, type TestService } from './auth-service.ts'

type Scope = Parameters<typeof startAuthService>[0]
type Options = NonNullable<Parameters<typeof startAuthService>[1]>

export const PAYROLL = {
  clientId: 'payroll',
  secret: 'a-secret-of-payroll-that-is-long-enough',
  scopes: ['employees:read', 'users:disable', 'tokens:introspect'],
}
/** Without `tokens:introspect`. */
export const REPORTS = {
  clientId: 'reports',
  secret: 'a-secret-of-reports-that-is-long-enough',
  scopes: ['employees:read'],
}
/** A secret with every kind of character that appendix B of RFC 6749 encodes. */
export const ODD = {
  clientId: 'odd',
  secret: 'p:a%s+s é&= %41 “quoted” with everything in it',
  scopes: ['employees:read', 'tokens:introspect'],
}

export type ListeningService = TestService & { readonly url: string }

/** auth-service on a port that its issuer names, as OAuth clients see it. `path` is the issuer's. */
export async function listen(
  t: Scope,
  { variables, path = '', ...options }: Options & Overrides & { path?: string } = {},
): Promise<ListeningService> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const service = await startAuthService(t, {
    ...options,
    variables: {
      TOKEN_ISSUER: `${url}${path}`,
      SERVICE_CLIENTS: JSON.stringify([PAYROLL, REPORTS, ODD]),
      ...variables,
    },
  })
  await service.app.listen({ port, host: '127.0.0.1' })
  return { ...service, url }
}
