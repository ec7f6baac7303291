import type { UserStatus } from '../../../src/users/user.ts'
import type { Request, Row, Target, World } from './calls.ts'

/** Roles that accounts have, and that calls give. */
const HOLDINGS = [['guest'], ['user'], ['staff'], ['hr'], ['clerk'], ['admin'], ['user', 'hr', 'clerk']]
const FEW = [['guest'], ['clerk'], ['admin']]
const NONE = [[]]

type Deed = { readonly status: UserStatus; readonly roles: string[]; readonly given: string[] }

/** Each holding, and of accounts that are not active a few. */
function deedsOn(statuses: readonly UserStatus[], grants: readonly string[][]): Deed[] {
  const all = { roles: HOLDINGS, grants }
  const few = { roles: FEW, grants: grants === HOLDINGS ? FEW : grants }
  return statuses.flatMap((status) => {
    const { roles: held, grants } = status === 'active' ? all : few
    return held.flatMap((roles) => grants.map((given) => ({ status, roles, given })))
  })
}

const USER = 'PATCH /admin/users/{userId}'

type AccountCall = {
  readonly route: string
  readonly title: string
  readonly opens: Target['opens']
  readonly statuses: readonly UserStatus[]
  readonly grants?: readonly string[][]
  readonly isExempt?: boolean
  /** The refusal of accounts in this status, which comes after the bound. */
  readonly refusals?: Partial<Record<UserStatus, string>>
  readonly isSignedIn?: boolean
  request(account: { id: string; deviceId: string | undefined }, roles: readonly string[]): Request
}

export function userCalls(world: World): Row[] {
  const { auth, asAdmin, scopesOf, next } = world

  /** A call on accounts of each holding and status, with each grant. */
  function onAccounts({ route, title, opens, statuses, grants = NONE, ...call }: AccountCall): Row {
    const { isExempt = false, refusals = {}, isSignedIn, request } = call
    async function targetOf({ roles, status, given }: Deed): Promise<Target> {
      return {
        title: [status, ...roles, ...(given.length > 0 ? ['gets', ...given] : [])].join(' '),
        opens,
        reached: await scopesOf(roles),
        granted: await scopesOf(given),
        isExempt,
        refusal: refusals[status],
        async prepare() {
          const account = await auth.newAccount({ roles, status })
          const deviceId = isSignedIn ? (await auth.signIn(account.email)).deviceId : undefined
          return {
            request: request({ id: account.id, deviceId }, given),
            state: async () =>
              (await asAdmin('GET', `/admin/users/${account.id}${isSignedIn ? '/sessions' : ''}`)).json(),
          }
        },
      }
    }
    return {
      route,
      title,
      targets: () => Promise.all(deedsOn(statuses, grants).map(targetOf)),
    }
  }

  const change = (title: string, body: () => object, more: Partial<AccountCall> = {}): Row =>
    onAccounts({
      route: USER,
      title,
      opens: ['users:write'],
      statuses: ['active', 'invited', 'disabled'],
      request: ({ id }) => ['PATCH', `/admin/users/${id}`, body()],
      ...more,
    })

  const invite = (title: string, grants: readonly string[][]): Row => ({
    route: 'POST /admin/users',
    title,
    targets: () =>
      Promise.all(
        grants.map(async (given) => ({
          title: given.join(' ') || 'no roles',
          opens: ['users:invite'] as const,
          reached: [],
          granted: await scopesOf(given.length > 0 ? given : ['user']),
          isExempt: false,
          async prepare() {
            const email = `invitee-${next()}@example.test`
            return {
              request: ['POST', '/admin/users', { email, ...(given.length > 0 && { roles: given }) }] as const,
              state: async () => (await asAdmin('GET', `/admin/users?query=${email}`)).json(),
            }
          },
        })),
      ),
  })

  return [
    invite('without roles', NONE),
    invite('with roles', HOLDINGS),
    {
      route: 'POST /admin/users',
      title: 'to the address of an account that gives way',
      targets: async () => [
        {
          title: 'registered, not verified',
          opens: ['users:invite'],
          reached: await scopesOf(['user']),
          granted: [],
          isExempt: false,
          async prepare() {
            const { email, id } = await auth.newAccount({ isSelfRegistered: true })
            return {
              request: ['POST', '/admin/users', { email, roles: ['guest'] }],
              state: async () => (await asAdmin('GET', `/admin/users/${id}`)).json(),
            }
          },
        },
      ],
    },

    change('fullName', () => ({ fullName: 'Not I' })),
    change('username', () => ({ username: `other-${next()}` })),
    change('email', () => ({ email: `other-${next()}@example.test` })),
    change('nothing', () => ({})),
    change('roles', () => ({}), {
      grants: HOLDINGS,
      request: ({ id }, roles) => ['PATCH', `/admin/users/${id}`, { roles }],
    }),
    change('status active', () => ({ status: 'active' }), { refusals: { invited: 'invitation_open' } }),
    change('status disabled, with a name', () => ({ status: 'disabled', fullName: 'Not I' })),
    change('status disabled, with roles', () => ({}), {
      grants: [['guest'], ['clerk']],
      request: ({ id }, roles) => ['PATCH', `/admin/users/${id}`, { status: 'disabled', roles }],
    }),
    change('status disabled alone', () => ({ status: 'disabled' }), {
      opens: ['users:disable', 'users:write'],
      isExempt: true,
    }),

    onAccounts({
      route: 'POST /admin/users/{userId}/invitation',
      title: 'renew',
      opens: ['users:invite'],
      statuses: ['active', 'invited', 'disabled'],
      refusals: { active: 'already_active', disabled: 'account_disabled' },
      request: ({ id }) => ['POST', `/admin/users/${id}/invitation`],
    }),
    onAccounts({
      route: 'DELETE /admin/users/{userId}/invitation',
      title: 'withdraw',
      opens: ['users:invite'],
      statuses: ['active', 'invited', 'disabled'],
      refusals: { active: 'already_active', disabled: 'account_disabled' },
      request: ({ id }) => ['DELETE', `/admin/users/${id}/invitation`],
    }),
    onAccounts({
      route: 'POST /admin/users/{userId}/password-reset',
      title: 'reset',
      opens: ['users:write'],
      statuses: ['active', 'invited', 'disabled'],
      refusals: { invited: 'invitation_open', disabled: 'account_disabled' },
      request: ({ id }) => ['POST', `/admin/users/${id}/password-reset`],
    }),
    onAccounts({
      route: 'DELETE /admin/users/{userId}',
      title: 'erase',
      opens: ['users:write'],
      statuses: ['active', 'invited', 'disabled'],
      request: ({ id }) => ['DELETE', `/admin/users/${id}`],
    }),

    // They act on sessions, which their owner opens again with the password, and take nothing from the account: whoever answers for the
    // devices of a company ends those of an administrator, too.
    onAccounts({
      route: 'DELETE /admin/users/{userId}/sessions',
      title: 'end all sessions',
      opens: ['sessions:revoke'],
      statuses: ['active'],
      isExempt: true,
      isSignedIn: true,
      request: ({ id }) => ['DELETE', `/admin/users/${id}/sessions`],
    }),
    onAccounts({
      route: 'DELETE /admin/users/{userId}/sessions/{deviceId}',
      title: 'end one session',
      opens: ['sessions:revoke'],
      statuses: ['active'],
      isExempt: true,
      isSignedIn: true,
      request: ({ id, deviceId }) => ['DELETE', `/admin/users/${id}/sessions/${deviceId}`],
    }),
  ]
}
