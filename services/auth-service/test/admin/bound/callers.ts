import { administratorOf, type TestService } from '../../support/auth-service.ts'
import { basic } from '../../support/send-form.ts'
import { type Act, EXTENTS, type Extent, scopesFor } from './rule.ts'

export const KINDS = ['own role', 'client', 'narrowed token'] as const
export type Kind = (typeof KINDS)[number]

export type Caller = {
  /** `administrator`, `hr`, or one of {@link KINDS} with its extent. */
  readonly column: string
  readonly scopes: readonly string[]
  readonly token: string
}

export const columnOf = (kind: Kind, extent: Extent): string => `${kind}, ${extent}`

/** All who make a call: an administrator, hr, and of each kind those who hold exactly as much as the call asks for, more and less. */
export async function createCallers(auth: TestService) {
  const asAdmin = await administratorOf(auth)
  const admin = await auth.signInAdmin()
  const hr = await auth.newUser({ roles: ['hr'] })
  const owner = await auth.newUser({ roles: ['admin'] })
  const made = new Map<string, Promise<string>>()
  let count = 0
  let lastNarrowed: Promise<string> = Promise.resolve(owner.refreshToken)

  const scopesOfRole = async (role: string): Promise<string[]> =>
    (await asAdmin('GET', `/admin/roles/${role}`)).json().scopes

  async function send(form: Record<string, string>, headers: Record<string, string> = {}) {
    const payload = new URLSearchParams(form).toString()
    const response = await auth.app.inject({
      method: 'POST',
      url: '/oauth/token',
      payload,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
    if (response.statusCode !== 200) throw new Error(response.body)
    return response.json()
  }

  const makers: Record<Kind, (scopes: readonly string[]) => Promise<string>> = {
    async 'own role'(scopes) {
      const role = `role-${++count}`
      await asAdmin('PUT', `/admin/roles/${role}`, { description: 'For tests', scopes })
      return (await auth.newUser({ roles: [role] })).accessToken
    },
    async client(scopes) {
      const clientId = `caller-${++count}`
      const { clientSecret: secret } = (await asAdmin('POST', '/admin/clients', { clientId, scopes })).json()
      const issued = await send({ grant_type: 'client_credentials' }, basic({ clientId, secret }))
      return issued.access_token
    },
    /** An administrator's, who asked for less (RFC 6749 §6). */
    async 'narrowed token'(scopes) {
      const issued = lastNarrowed.then((refresh_token) =>
        send({ grant_type: 'refresh_token', refresh_token, scope: scopes.join(' ') }),
      )
      lastNarrowed = issued.then(({ refresh_token }) => refresh_token)
      return (await issued).access_token
    },
  }

  function tokenOf(kind: Kind, scopes: readonly string[]): Promise<string> {
    const key = [kind, ...[...scopes].sort()].join(' ')
    const token = made.get(key) ?? makers[kind](scopes)
    made.set(key, token)
    return token
  }

  return async (act: Act): Promise<Caller[]> => {
    const callers: Caller[] = [
      { column: 'administrator', scopes: await scopesOfRole('admin'), token: admin.accessToken },
      { column: 'hr', scopes: await scopesOfRole('hr'), token: hr.accessToken },
    ]
    for (const extent of EXTENTS) {
      const scopes = scopesFor(extent, act)
      if (!scopes) continue
      for (const kind of KINDS) {
        callers.push({ column: columnOf(kind, extent), scopes, token: await tokenOf(kind, scopes) })
      }
    }
    return callers
  }
}
