import { OWN_SCOPE, type Row, type Target, type World } from './calls.ts'

const opens = ['roles:manage'] as const
const description = 'For tests'

/** Scopes of the roles that calls act on, and of those that they make of them. */
const HELD = [[], ['profile'], ['employees:read', OWN_SCOPE], ['roles:manage', 'users:write']]
const GIVEN = [[], ['profile'], [OWN_SCOPE], ['users:write', 'clients:manage']]

export function policyCalls({ asAdmin, next }: World): Row[] {
  const put = (name: string, scopes: readonly string[], text = description) =>
    ['PUT', `/admin/roles/${name}`, { description: text, scopes }] as const
  const stateOf = (path: string) => async () => {
    const response = await asAdmin('GET', path)
    return response.statusCode === 200 ? response.json() : response.statusCode
  }

  const newRole = (given: string[]): Target => ({
    title: given.join(' ') || 'no scopes',
    opens,
    reached: [],
    granted: given,
    isExempt: false,
    async prepare() {
      const name = `new-${next()}`
      return { request: put(name, given), state: stateOf(`/admin/roles/${name}`) }
    },
  })

  type RoleChange = {
    readonly held: string[]
    readonly given?: string[]
    readonly refusal?: string
    request(name: string): ReturnType<typeof put> | readonly [string, string]
  }
  const onRole = ({ held, given = [], refusal, request }: RoleChange): Target => ({
    title: `${held.join(' ')} gets ${given.join(' ')}`,
    opens,
    reached: held,
    granted: given,
    isExempt: false,
    refusal,
    async prepare() {
      const name = `present-${next()}`
      await asAdmin(...put(name, held))
      return { request: request(name), state: stateOf(`/admin/roles/${name}`) }
    },
  })

  const fixed = (method: string, path: string, body?: object): Target => ({
    title: path,
    opens,
    reached: [],
    granted: [],
    isExempt: false,
    refusal: 'built_in',
    prepare: async () => ({ request: [method, path, body], state: stateOf(path) }),
  })

  const onScope = (method: string, { name, refusal }: { name: string; refusal?: string }, body?: object): Target => ({
    title: name,
    opens,
    reached: [name],
    granted: [],
    isExempt: false,
    refusal,
    async prepare() {
      const path = `/admin/scopes/${name}`
      await asAdmin('PUT', path, { description })
      return {
        request: [method, path, body && { ...body, description: `${description} ${next()}` }],
        state: stateOf(path),
      }
    },
  })

  return [
    { route: 'PUT /admin/roles/{name}', title: 'a new role', targets: async () => GIVEN.map(newRole) },
    {
      route: 'PUT /admin/roles/{name}',
      title: 'a present role',
      targets: async () =>
        HELD.flatMap((held) =>
          GIVEN.map((given) => onRole({ held, given, request: (name) => put(name, given, `Once more ${next()}`) })),
        ),
    },
    {
      route: 'PUT /admin/roles/{name}',
      title: 'a built-in role',
      targets: async () => ['user', 'admin'].map((role) => fixed(...put(role, []))),
    },
    {
      route: 'DELETE /admin/roles/{name}',
      title: 'a role',
      targets: async () => [
        ...HELD.map((held) => onRole({ held, request: (name) => ['DELETE', `/admin/roles/${name}`] })),
        fixed('DELETE', '/admin/roles/hr'),
      ],
    },
    {
      route: 'PUT /admin/scopes/{name}',
      title: 'a new scope',
      // Its maker does not hold it, unless they hold the role admin.
      targets: async () => [
        {
          title: 'a new scope',
          opens,
          reached: [],
          granted: [],
          isExempt: false,
          async prepare() {
            const path = `/admin/scopes/new:scope-${next()}`
            return { request: ['PUT', path, { description }], state: stateOf(path) }
          },
        },
      ],
    },
    {
      route: 'PUT /admin/scopes/{name}',
      title: 'a present scope',
      targets: async () => [
        onScope('PUT', { name: OWN_SCOPE }, {}),
        fixed('PUT', '/admin/scopes/profile', { description }),
      ],
    },
    {
      route: 'DELETE /admin/scopes/{name}',
      title: 'a scope',
      targets: async () => [
        onScope('DELETE', { name: 'gone:soon' }),
        onScope('DELETE', { name: OWN_SCOPE, refusal: 'scope_in_use' }),
        fixed('DELETE', '/admin/scopes/profile'),
      ],
    },
  ]
}
