import { OWN_SCOPE, type Request, type Row, type Target, type World } from './calls.ts'

const opens = ['clients:manage'] as const

/** Scopes of the clients that calls act on, and of those that they make of them. */
const HELD = [[], ['profile'], ['employees:read', OWN_SCOPE], ['clients:manage', 'users:write']]
const GIVEN = [[], ['profile'], [OWN_SCOPE], ['users:write', 'clients:manage']]

type Made = { readonly clientId: string; readonly secretId: string }

/** @param configured a client that the settings name */
export function clientCalls({ asAdmin, next }: World, configured: { clientId: string; scopes: string[] }): Row[] {
  /** As the list shows it. */
  const stateOf = (clientId: string) => async () => {
    for (let cursor = ''; ; ) {
      const { items, nextCursor } = (await asAdmin('GET', `/admin/clients?limit=100${cursor}`)).json()
      const found = items.find((each: { clientId: string }) => each.clientId === clientId)
      if (found || nextCursor === null) return found
      cursor = `&cursor=${nextCursor}`
    }
  }

  const onClient = (held: string[], given: string[], request: (made: Made) => Request): Target => ({
    title: `${held.join(' ')} gets ${given.join(' ')}`,
    opens,
    reached: held,
    granted: given,
    isExempt: false,
    async prepare() {
      const clientId = `a-target-${next()}`
      const { secretId } = (await asAdmin('POST', '/admin/clients', { clientId, scopes: held })).json()
      return { request: request({ clientId, secretId }), state: stateOf(clientId) }
    },
  })

  const onConfigured = (request: (made: Made) => Request): Target => ({
    title: 'one of the settings',
    opens,
    reached: configured.scopes,
    granted: [],
    isExempt: false,
    refusal: 'configured_client',
    async prepare() {
      const state = stateOf(configured.clientId)
      const secretId = (await state()).secrets[0].id
      return { request: request({ clientId: configured.clientId, secretId }), state }
    },
  })

  /** A call on clients of each kind that gives them nothing. */
  const onEach = (request: (made: Made) => Request): Target[] => [
    ...HELD.map((held) => onClient(held, [], request)),
    onConfigured(request),
  ]
  const change =
    (given: readonly string[]) =>
    ({ clientId }: Made): Request => ['PATCH', `/admin/clients/${clientId}`, { scopes: given }]

  return [
    {
      route: 'POST /admin/clients',
      title: 'a new client',
      targets: async () =>
        GIVEN.map((given) => ({
          title: given.join(' '),
          opens,
          reached: [],
          granted: given,
          isExempt: false,
          async prepare() {
            const clientId = `a-new-${next()}`
            return { request: ['POST', '/admin/clients', { clientId, scopes: given }], state: stateOf(clientId) }
          },
        })),
    },
    {
      route: 'POST /admin/clients/{clientId}/secrets',
      title: 'a new secret',
      targets: async () => onEach(({ clientId }) => ['POST', `/admin/clients/${clientId}/secrets`]),
    },
    {
      route: 'DELETE /admin/clients/{clientId}/secrets/{secretId}',
      title: 'delete a secret',
      targets: async () =>
        onEach(({ clientId, secretId }) => ['DELETE', `/admin/clients/${clientId}/secrets/${secretId}`]),
    },
    {
      route: 'PATCH /admin/clients/{clientId}',
      title: 'scopes',
      targets: async () => [
        ...HELD.flatMap((held) => GIVEN.map((given) => onClient(held, given, change(given)))),
        onConfigured(change([])),
      ],
    },
    {
      route: 'DELETE /admin/clients/{clientId}',
      title: 'delete',
      targets: async () => onEach(({ clientId }) => ['DELETE', `/admin/clients/${clientId}`]),
    },
    {
      route: 'DELETE /admin/keys/{kid}',
      title: 'revoke a signing key',
      // A key holds no scope.
      targets: async () => [
        {
          title: 'a key',
          opens,
          reached: [],
          granted: [],
          isExempt: false,
          prepare: async () => ({ request: ['DELETE', `/admin/keys/old-${next()}`], state: async () => undefined }),
        },
      ],
    },
  ]
}
