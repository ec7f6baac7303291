import type { Random } from '@latchkey/harness'

/** What an id or a name in a request may mean. */
export type Kind =
  | 'user'
  | 'device'
  | 'client'
  | 'secret'
  | 'scope'
  | 'role'
  | 'employee'
  | 'refreshToken'
  | 'deviceToken'
  | 'email'
  | `cursor of ${string}`

/** Things that exist, or did, as answers have told them. */
export type Pool = {
  add(kind: Kind, ...values: readonly unknown[]): void
  pick(kind: Kind, forbidden?: ReadonlySet<string>): string | undefined
  /** Takes over what an answer to this operation shows. */
  learn(operationKey: string, json: unknown): void
}

const KEPT = 60

export function createPool(random: Random): Pool {
  const known = new Map<Kind, string[]>()

  function add(kind: Kind, ...values: readonly unknown[]): void {
    const texts = known.get(kind) ?? []
    for (const value of values)
      if (typeof value === 'string' && value !== '' && !texts.includes(value)) texts.push(value)
    known.set(kind, texts.slice(-KEPT))
  }

  function learnMembers(of: Kind | undefined, value: unknown): void {
    if (Array.isArray(value)) for (const item of value) learnMembers(of, item)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    for (const [name, inner] of Object.entries(value)) {
      const kind = name === 'id' ? of : KINDS[name]
      if (kind) add(kind, inner)
      learnMembers(WITHIN[name] ?? of, inner)
    }
  }

  return {
    add,
    pick(kind, forbidden = new Set()) {
      const allowed = (known.get(kind) ?? []).filter((value) => !forbidden.has(value))
      return allowed.length === 0 ? undefined : random.pick(allowed)
    },
    learn(operationKey, json) {
      const [, path = ''] = operationKey.split(' ')
      const { nextCursor } = (json ?? {}) as { nextCursor?: unknown }
      add(`cursor of ${operationKey}`, nextCursor)
      if (path.startsWith('/admin/audit')) return
      learnMembers(OF_PATH.find(([start]) => path.startsWith(start))?.[1], json)
      if (/^\/admin\/(scopes|roles)/.test(path)) {
        const { items = [json] } = (json ?? {}) as { items?: unknown[] }
        add(
          path.startsWith('/admin/scopes') ? 'scope' : 'role',
          ...items.map((item) => (item as { name?: string })?.name),
        )
      }
    },
  }
}

const KINDS: Readonly<Record<string, Kind>> = {
  userId: 'user',
  deviceId: 'device',
  clientId: 'client',
  secretId: 'secret',
  managerId: 'employee',
  refreshToken: 'refreshToken',
  deviceToken: 'deviceToken',
  email: 'email',
}
const WITHIN: Readonly<Record<string, Kind>> = {
  user: 'user',
  device: 'device',
  secrets: 'secret',
  employee: 'employee',
}
const OF_PATH: readonly (readonly [string, Kind])[] = [
  ['/admin/users', 'user'],
  ['/employees', 'employee'],
]
