import type { Random } from '@latchkey/harness'
import type { Ask } from '../requests/ask.ts'
import type { Answer } from '../requests/call.ts'
import { newEmail, word } from '../values/valid-text.ts'
import type { Guardian } from '../world/guardian.ts'
import { newPassword } from '../world/new-password.ts'
import { CLIENTS } from '../world/services.ts'
import type { Account, Caller, Callers } from './caller.ts'

/** A role of one's own, which a run makes for itself. */
export const OWN_ROLE = {
  name: 'fuzz-auditor',
  scopes: ['profile', 'users:read', 'sessions:read', 'audit:read', 'fuzz:own'],
}
const OWN_SCOPE = 'fuzz:own'

const ROLES = ['user', 'staff', 'hr', 'admin', OWN_ROLE.name]
const ANONYMOUS: Caller = {
  name: 'anonymous',
  kind: 'anonymous',
  scopes: new Set(),
  account: undefined,
  accessToken: undefined,
  cookie: undefined,
}

type Dependencies = { readonly random: Random; readonly ask: Ask; readonly guardian: Guardian; readonly suffix: string }

export async function createCallers({ random, ask, guardian, suffix }: Dependencies): Promise<Callers> {
  const live = new Map<string, Caller>()
  const accounts = new Map<string, Account>()
  const protectedIds = new Set<string>()
  await guardian.ask('PUT /admin/scopes/{name}', {
    path: { name: OWN_SCOPE },
    json: { description: 'Of a service of one’s own' },
  })
  await guardian.ask('PUT /admin/roles/{name}', {
    path: { name: OWN_ROLE.name },
    json: { description: 'Looks at everything', scopes: OWN_ROLE.scopes },
  })

  async function newAccount(role: string): Promise<Account> {
    const facts = {
      email: newEmail(random),
      username: `caller-${suffix}-${word(random)}`,
      password: newPassword(random),
    }
    const { user } = ok(await ask('POST /auth/register', { json: facts })) as { user: { id: string } }
    await guardian.ask('PATCH /admin/users/{userId}', { path: { userId: user.id }, json: { roles: [role] } })
    const employee = await guardian.ask('POST /employees', {
      json: { firstName: 'Caller', lastName: role, email: newEmail(random), userId: user.id },
    })
    const { id: employeeId } = employee.json as { id: string }
    protectedIds.add(user.id).add(employeeId)
    return { ...facts, userId: user.id, employeeId, deviceIds: [] }
  }

  async function signIn(name: string, role: string): Promise<Caller | undefined> {
    const account = accounts.get(name) ?? (await newAccount(role))
    accounts.set(name, account)
    const { email, password } = account
    const login = (delivery: string): Promise<Answer> => {
      const deviceId = `${delivery}-of-${account.userId.slice(-12)}`
      return ask('POST /auth/login', { json: { email, password, delivery, deviceId } })
    }
    const [byHeader, byCookie] = [await login('body'), await login('cookie')]
    if (byHeader.status !== 200 || byCookie.status !== 200) return undefined
    const { accessToken, scopes, device, user } = byHeader.json as {
      accessToken: string
      scopes: string[]
      device: { id: string }
      user: { roles: string[] }
    }
    if (user.roles.join() !== role) return undefined
    const { device: other } = byCookie.json as { device: { id: string } }
    const cookies = (byCookie.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')
    return {
      name,
      kind: 'user',
      scopes: new Set(scopes),
      account: { ...account, deviceIds: [device.id, other.id] },
      accessToken,
      cookie: cookies.filter((cookie) => cookie.startsWith('__Host-access=')).join('; '),
    }
  }

  async function newUser(name: string): Promise<Caller> {
    for (let tries = 0; tries < 4; tries++) {
      const caller = await signIn(name, name)
      if (caller) return caller
      // Disabled, erased, or under another password: somebody else takes the part.
      const gone = accounts.get(name)
      accounts.delete(name)
      if (gone) protectedIds.delete(gone.userId)
    }
    throw new Error(`nobody takes the part of ${name}`)
  }

  async function newClient(name: string, secret: string): Promise<Caller> {
    const form = { grant_type: 'client_credentials' }
    const { access_token: accessToken, scope = '' } = ok(
      await ask('POST /oauth/token', { form, basic: [name, secret] }),
    ) as {
      access_token: string
      scope?: string
    }
    const scopes = new Set(scope.split(' '))
    return { name, kind: 'client', scopes, account: undefined, accessToken, cookie: `__Host-access=${accessToken}` }
  }

  function create(name: string): Promise<Caller> {
    const client = (CLIENTS as Record<string, { secret: string } | undefined>)[name]
    return client ? newClient(name, client.secret) : newUser(name)
  }

  return {
    names: [ANONYMOUS.name, ...ROLES, ...Object.keys(CLIENTS)],
    protectedIds,
    async find(name) {
      if (name === ANONYMOUS.name) return ANONYMOUS
      const caller = live.get(name) ?? (await create(name))
      live.set(name, caller)
      return caller
    },
    suspect: (name) => void live.delete(name),
    setPassword(name, password) {
      const account = accounts.get(name)
      if (account) accounts.set(name, { ...account, password })
    },
  }
}

function ok({ status, json, text }: Answer): unknown {
  if (status >= 300) throw new Error(`a caller could not be made: ${status} ${text}`)
  return json
}
