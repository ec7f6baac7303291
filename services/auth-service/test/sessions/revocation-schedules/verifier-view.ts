import type { AccessTokenClaims } from '@latchkey/access-token'
import type { RedisClient } from '@latchkey/test-kit'

/** What a verifier that follows the feed knows. */
export type VerifierView = {
  /** Resolves when everything in the feed by now is known. */
  catchUp(): Promise<void>
  refuses(claims: Pick<AccessTokenClaims, 'sub' | 'sid' | 'ver' | 'exp'>): boolean
}

/** Independent of the plugin that verifiers use, and as simple as possible. */
export function createVerifierView(redis: RedisClient, stream: string): VerifierView {
  const sessions = new Map<string, { exp: number }>()
  const users = new Map<string, { exp: number; ver: number }[]>()
  let lastId = '0-0'
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  function add(fields: string[]): void {
    const { kind, id = '', exp, ver } = Object.fromEntries(pairs(fields))
    if (kind === 'session') sessions.set(id, { exp: Number(exp) })
    if (kind === 'user') users.set(id, [...(users.get(id) ?? []), { exp: Number(exp), ver: Number(ver) }])
  }

  async function read(): Promise<void> {
    for (;;) {
      const reply = await redis.xread('COUNT', 1000, 'STREAMS', stream, lastId)
      const entries = reply?.[0]?.[1] ?? []
      for (const [id, fields] of entries) {
        add(fields)
        lastId = id
      }
      if (entries.length < 1000) return
    }
  }

  return {
    // A read under way may have passed the end already; the one after it is shared by all calls until it starts.
    catchUp() {
      next ??= last.then(() => {
        next = undefined
        return read()
      })
      last = next.catch(() => {})
      return next
    },
    refuses({ sub, sid = '', ver = 0, exp }) {
      // An entry that expires before the token would let it live again.
      if ((sessions.get(sid)?.exp ?? 0) >= exp) return true
      return (users.get(sub) ?? []).some((entry) => ver < entry.ver && entry.exp >= exp)
    },
  }
}

function* pairs(fields: string[]): Generator<[string, string]> {
  for (let i = 0; i + 1 < fields.length; i += 2) yield [fields[i] ?? '', fields[i + 1] ?? '']
}
