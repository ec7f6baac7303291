import type { Random } from '@latchkey/harness'
import { mutateToken } from '../callers/bad-tokens.ts'
import type { Member, Operation } from '../document/operation.ts'
import { newEmail } from '../values/valid-text.ts'
import type { Values } from '../values/values.ts'
import { CANARY } from '../world/log-watch.ts'
import { newPassword } from '../world/new-password.ts'
import type { Pool } from '../world/pool.ts'
import { csvOf } from './csv.ts'
import type { Recipe } from './recipes.ts'

/** A request before it is bytes. */
export type Draft = {
  readonly operation: Operation
  readonly path: Readonly<Record<string, string>>
  readonly query: readonly (readonly [string, string])[]
  readonly headers: readonly (readonly [string, string])[]
  /** The members of a JSON body or a form, or a file; undefined where there is no body. */
  readonly body: Readonly<Record<string, unknown>> | string | undefined
  readonly mediaType: string | undefined
  readonly sent: readonly { readonly member: Member; readonly isValid: boolean }[]
  readonly hasMutatedToken: boolean
}

export type Wish = {
  readonly operation: Operation
  readonly recipe: Recipe
  /** The members that get values which their schemas forbid. */
  readonly wrong: ReadonlySet<Member>
  /** Members that are to be there, though they are optional. */
  readonly wanted: ReadonlySet<Member>
  /** Whether what the recipe leaves open is taken from things that exist, rather than made up. */
  readonly fromPool: boolean
}

type Dependencies = {
  readonly random: Random
  readonly values: Values
  readonly pool: Pool
  readonly protectedIds: ReadonlySet<string>
}

/** Members whose values are secrets: none of them may appear in a log. */
const SECRETS = /(password|secret)$/i
const TOKENS = /token$/i

export function createDrafts({ random, values, pool, protectedIds }: Dependencies) {
  const pick = (kind: Parameters<Pool['pick']>[0], method: string): string | undefined =>
    pool.pick(kind, method === 'GET' ? undefined : protectedIds)

  /** Something that exists, as a member of this name means it. */
  function existing({ method, path, key }: Operation, { name }: Member): unknown {
    if (name === 'userId' || name === 'createdBy') return pick('user', method)
    if (name === 'id' || name === 'managerId') return pick('employee', method)
    if (name === 'deviceId') return pick('device', method)
    if (name === 'clientId') return pick('client', method)
    if (name === 'secretId') return pick('secret', method)
    if (name === 'email') return pick('email', method)
    if (name === 'cursor') return pool.pick(`cursor of ${key}`)
    if (name === 'refreshToken' || name === 'refresh_token') return pool.pick('refreshToken')
    if (name === 'deviceToken') return pool.pick('deviceToken')
    if (name === 'name') return pick(path.includes('/scopes') ? 'scope' : 'role', method)
    return undefined
  }

  function made(member: Member): unknown {
    if (member.name === 'email') return newEmail(random)
    if (/password$/i.test(member.name)) return newPassword(random)
    return values.valid(member)
  }

  function mutated({ recipe, operation }: Wish, member: Member): string | undefined {
    if (!TOKENS.test(member.name) || random.chance(0.3)) return undefined
    const good = recipe.body?.[member.name] ?? existing(operation, member)
    return typeof good === 'string' && good.length > 1 ? mutateToken(good, random).token : undefined
  }

  function valueFor({ recipe, wrong, fromPool, operation }: Wish, member: Member): unknown {
    if (wrong.has(member)) {
      const value = values.invalid(member) ?? values.hostile(member)
      return typeof value === 'string' && SECRETS.test(member.name) ? `${CANARY}${value}` : value
    }
    const given = { path: recipe.path, body: recipe.body, header: recipe.headers, query: undefined }[member.place]?.[
      member.name
    ]
    if (given !== undefined && !fromPool) return given
    const found = fromPool || member.name === 'cursor' ? existing(operation, member) : undefined
    return found ?? given ?? made(member)
  }

  /** Whether the member is in the request at all. */
  function isThere({ recipe, wrong, wanted, fromPool }: Wish, member: Member): boolean {
    if (member.place === 'path' || wrong.has(member) || wanted.has(member)) return true
    if (member.required) return !fromPool || random.chance(0.97)
    if (!fromPool && recipe.without?.includes(member.name)) return false
    if (!fromPool && recipe.body?.[member.name] !== undefined && member.place === 'body') return true
    if (member.name === 'cursor') return random.chance(0.15)
    return random.chance(0.5)
  }

  return function draft(wish: Wish): Draft {
    const { operation, recipe } = wish
    const path: Record<string, string> = {}
    const query: [string, string][] = []
    const headers: [string, string][] = Object.entries(recipe.headers ?? {})
    const body: Record<string, unknown> = {}
    const sent: { member: Member; isValid: boolean }[] = []
    let hasMutatedToken = false
    for (const member of operation.members) {
      if (!isThere(wish, member)) continue
      const mutation = wish.wrong.has(member) ? mutated(wish, member) : undefined
      if (mutation !== undefined) hasMutatedToken = true
      const value = mutation ?? valueFor(wish, member)
      sent.push({ member, isValid: !wish.wrong.has(member) && values.isValid(member, value) })
      if (member.place === 'path') path[member.name] = String(value)
      else if (member.place === 'query') query.push([member.name, String(value)])
      else if (member.place === 'header') headers.push([member.name, String(value)])
      else body[member.name] = value
    }
    // What a recipe has, and the document does not name.
    if (!wish.fromPool)
      for (const [name, value] of Object.entries(recipe.body ?? {}))
        if (!(name in body) && isUnnamed(operation, name)) body[name] = value
    const mediaType = operation.mediaTypes.length === 0 ? undefined : random.pick(operation.mediaTypes)
    const content =
      mediaType === undefined
        ? undefined
        : mediaType === 'text/csv'
          ? csvOf(random, { isValid: wish.wrong.size === 0 && !wish.fromPool })
          : body
    return { operation, path, query, headers, body: content, mediaType, sent, hasMutatedToken }
  }
}

const isUnnamed = ({ members }: Operation, name: string): boolean =>
  !members.some((member) => member.place === 'body' && member.name === name)
