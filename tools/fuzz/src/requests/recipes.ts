import type { Random } from '@latchkey/harness'
import type { Caller, Callers } from '../callers/caller.ts'
import { newEmail, word } from '../values/valid-text.ts'
import { newPassword } from '../world/new-password.ts'
import { CLIENTS } from '../world/services.ts'
import type { Person, World } from '../world/world.ts'
import { basicHeader } from './ask.ts'

/** Values that let a request succeed, where its schema alone does not. */
export type Recipe = {
  readonly path?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** Optional members that could only harm. */
  readonly without?: readonly string[]
  /** Called after a success. */
  readonly after?: () => void
}

type Kitchen = { readonly random: Random; readonly world: World; readonly callers: Callers }
type MakeRecipe = (caller: Caller, kitchen: Kitchen) => Promise<Recipe>

/** Anybody's account, or one that the caller has invited where it sees no others. */
const visibleUser: MakeRecipe = async ({ scopes, accessToken }, { world }) => {
  const sees = scopes.has('users:read') || !scopes.has('users:invite') || accessToken === undefined
  return { path: { userId: sees ? (await world.newPerson()).id : await world.newInvitee(accessToken) } }
}

const someone: MakeRecipe = async (_, { world }) => ({ path: { userId: (await world.newPerson()).id } })

const sessionOfSomeone: MakeRecipe = async (_, { world }) => {
  const { id, deviceId } = await world.newPerson()
  return { path: { userId: id, deviceId } }
}

/** Of the caller, or of the arranger where the caller may invite nobody. */
const ownInvitee: MakeRecipe = async ({ scopes, accessToken = '' }, { world }) => {
  return {
    path: { userId: scopes.has('users:invite') ? await world.newInvitee(accessToken) : (await world.newPerson()).id },
  }
}

/** Members that the service sets: a value that it did not give is refused. */
const SET_BY_SERVICE = {
  user: ['id', 'emailVerified', 'createdAt'],
  owner: ['id', 'emailVerified', 'createdAt', 'email', 'roles', 'status'],
  client: ['clientId', 'createdAt', 'createdBy', 'configured', 'secrets'],
  policy: ['name', 'builtIn', 'configured'],
}

const newClient: MakeRecipe = async (_, { world }) => ({
  path: await world.newClient(),
  body: { scopes: ['employees:read'] },
  without: SET_BY_SERVICE.client,
})
const newScope: MakeRecipe = async ({ name }, { world, callers }) => {
  // An older scope may have given way, and with it every token that names it.
  callers.suspect(name)
  return { path: { name: await world.newScope() }, without: SET_BY_SERVICE.policy }
}
const unusedScope: MakeRecipe = async (_, { world }) => ({
  path: { name: await world.nameScope() },
  without: SET_BY_SERVICE.policy,
})
const newRole: MakeRecipe = async (_, { world }) => ({
  path: { name: await world.newRole() },
  body: { scopes: ['profile'] },
  without: SET_BY_SERVICE.policy,
})
const newEmployee: MakeRecipe = async (_, { world }) => ({
  path: { id: await world.newEmployee() },
  without: ['if-match', 'if-none-match'],
})
const failedOffboarding: MakeRecipe = async (_, { world }) => ({ path: { id: await world.newFailedOffboarding() } })

const details: MakeRecipe = async (caller, kitchen) => ({
  ...(await newEmployee(caller, kitchen)),
  body: { email: newEmail(kitchen.random) },
  without: ['if-match', 'id', 'version', 'createdAt', 'updatedAt', 'status', 'managerId', 'userId'],
})

/** The link, and the password of the account beside it. */
const linkAndPassword =
  (page: 'verify' | 'email'): MakeRecipe =>
  async (_, { world }) => {
    const { token, person } = await world.newLink(page)
    return { body: { token, password: person?.password ?? '' } }
  }

/** The caller is signed out, in one of its sessions at least. */
const endsSession: MakeRecipe = async ({ name, account }, { callers }) => ({
  path: { deviceId: account?.deviceIds[1] ?? 'no-device' },
  after: () => callers.suspect(name),
})

const refreshToken: MakeRecipe = async (_, { world }) => ({
  body: { refreshToken: (await world.newPerson()).refreshToken },
})

const credentials = ({ email, password }: Person) => ({ email, password })

export const RECIPES: Readonly<Record<string, MakeRecipe>> = {
  'GET /admin/users/{userId}': visibleUser,
  'PATCH /admin/users/{userId}': async (_, { world, random }) => ({
    path: { userId: (await world.newPerson()).id },
    body: { roles: ['user'], status: 'active', email: newEmail(random), username: word(random) },
    without: SET_BY_SERVICE.user,
  }),
  'DELETE /admin/users/{userId}': someone,
  'POST /admin/users/{userId}/password-reset': someone,
  'GET /admin/users/{userId}/sessions': someone,
  'DELETE /admin/users/{userId}/sessions': someone,
  'DELETE /admin/users/{userId}/sessions/{deviceId}': sessionOfSomeone,
  'POST /admin/users': async (_, { random }) => ({
    body: { email: newEmail(random), username: word(random), roles: ['user'] },
  }),
  'POST /admin/users/{userId}/invitation': ownInvitee,
  'DELETE /admin/users/{userId}/invitation': ownInvitee,
  'POST /admin/clients': async (_, { random }) => ({
    body: { clientId: `c-${word(random)}`, scopes: ['employees:read'] },
  }),
  'PATCH /admin/clients/{clientId}': newClient,
  'DELETE /admin/clients/{clientId}': newClient,
  'POST /admin/clients/{clientId}/secrets': newClient,
  'DELETE /admin/clients/{clientId}/secrets/{secretId}': newClient,
  'DELETE /admin/keys/{kid}': async (_, { random }) => ({ path: { kid: `k-${word(random)}` } }),
  'GET /admin/scopes/{name}': newScope,
  // Nobody changes a scope that they do not hold, and clients hold those that they were given.
  'PUT /admin/scopes/{name}': (caller, kitchen) =>
    caller.kind === 'client' ? unusedScope(caller, kitchen) : newScope(caller, kitchen),
  'DELETE /admin/scopes/{name}': newScope,
  'GET /admin/roles/{name}': newRole,
  'PUT /admin/roles/{name}': newRole,
  'DELETE /admin/roles/{name}': newRole,
  'POST /auth/register': async (_, { random }) => ({
    body: { email: newEmail(random), username: word(random), password: newPassword(random) },
  }),
  'POST /auth/login': async (_, { world }) => ({
    body: credentials(await world.newPerson()),
    without: ['username', 'deviceToken'],
  }),
  'POST /auth/invitations/accept': async (_, { world, random }) => ({
    body: { token: (await world.newLink('accept')).token, password: newPassword(random), username: word(random) },
  }),
  'POST /auth/verification/confirm': linkAndPassword('verify'),
  'POST /auth/verification/decline': async (_, { world }) => ({
    body: { token: (await world.newLink('verify')).token },
  }),
  'POST /auth/password/forgot': async (_, { world }) => ({ body: { email: (await world.newPerson()).email } }),
  'POST /auth/password/reset': async (_, { world, random }) => ({
    body: { token: (await world.newLink('reset')).token, password: newPassword(random) },
  }),
  'POST /auth/email/confirm': linkAndPassword('email'),
  'POST /auth/email/undo': async (_, { world }) => ({ body: { token: (await world.newLink('undo')).token } }),
  'POST /auth/refresh': refreshToken,
  'POST /auth/logout': async (caller, kitchen) => ({
    ...(await refreshToken(caller, kitchen)),
    after: () => kitchen.callers.suspect(caller.name),
  }),
  'POST /auth/password': async ({ name, account }, { random, callers }) => {
    const password = newPassword(random)
    return {
      body: { currentPassword: account?.password ?? 'none', newPassword: password },
      after() {
        callers.setPassword(name, password)
        callers.suspect(name)
      },
    }
  },
  'POST /auth/email': async ({ account }, { random }) => ({
    body: { email: newEmail(random), currentPassword: account?.password ?? 'none' },
  }),
  'PATCH /auth/me': async (_, { random }) => ({ body: { username: word(random) }, without: SET_BY_SERVICE.owner }),
  'POST /auth/logout-all': endsSession,
  'DELETE /auth/sessions': endsSession,
  'DELETE /auth/sessions/{deviceId}': endsSession,
  'POST /oauth/token': async (_, { random, world }) => {
    const client = CLIENTS['client-of-all']
    return random.chance(0.5)
      ? {
          headers: { authorization: basicHeader('client-of-all', client.secret) },
          body: { grant_type: 'client_credentials' },
          without: ['refresh_token', 'scope', 'client_id', 'client_secret'],
        }
      : {
          body: { grant_type: 'refresh_token', refresh_token: (await world.newPerson()).refreshToken },
          without: ['scope', 'client_id', 'client_secret'],
        }
  },
  'POST /oauth/revoke': async (_, { world }) => ({
    body: { token: (await world.newPerson()).refreshToken },
    without: ['client_id', 'client_secret'],
  }),
  'POST /oauth/introspect': async (_, { world, random }) => {
    const { secret } = CLIENTS['client-of-all']
    const { accessToken: token } = await world.newPerson()
    return random.chance(0.5)
      ? {
          headers: { authorization: basicHeader('client-of-all', secret) },
          body: { token },
          without: ['client_id', 'client_secret'],
        }
      : { body: { token, client_id: 'client-of-all', client_secret: secret } }
  },
  'GET /employees/{id}': newEmployee,
  'PUT /employees/{id}': details,
  'PATCH /employees/{id}': details,
  'DELETE /employees/{id}': newEmployee,
  'GET /employees/{id}/history': newEmployee,
  'GET /employees/{id}/invitation': newEmployee,
  'POST /employees/{id}/invitation': newEmployee,
  'GET /employees/{id}/offboarding': newEmployee,
  'POST /employees/{id}/termination': newEmployee,
  'POST /employees': async (_, { random }) => ({
    body: { email: newEmail(random) },
    without: ['status', 'managerId', 'userId'],
  }),
  'POST /employees/{id}/offboarding/retry': failedOffboarding,
  'DELETE /employees/{id}/offboarding': failedOffboarding,
}
