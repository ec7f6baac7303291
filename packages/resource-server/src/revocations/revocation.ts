import { MAX_TIME } from '@latchkey/access-token'

/** What is revoked: every token that names it. */
export type RevocationTarget =
  | {
      /** A session, by its `sid`; a service client, by its `client_id`; one token, by its `jti`; a signing key, by its `kid`. */
      readonly kind: 'session' | 'client' | 'token' | 'key'
      readonly id: string
    }
  | {
      /** A user or a service client, by its `sub`: tokens with a lower `ver` are dead, and one without counts as 0. */
      readonly kind: 'user'
      readonly id: string
      readonly ver: number
    }
  | {
      /**
       * A role that lost scopes, or a scope that is no more: users' tokens that name it with a lower `pol` are dead, and one without
       * counts as 0.
       */
      readonly kind: 'role' | 'scope'
      readonly id: string
      readonly pol: number
    }

/** An entry of the feed. `exp` is when the last token that it can refuse has expired: whole seconds since 1970. */
export type Revocation = RevocationTarget & { readonly exp: number }

/** Why an entry of the feed is not a revocation that this version knows. */
export type RevocationFault = 'unknown kind' | 'bad id' | 'bad exp' | 'bad ver' | 'bad pol'

/** The `exp` of an entry that never expires: no token does so later. */
export const MAX_EXP: number = MAX_TIME

const KINDS: readonly string[] = [
  'session',
  'user',
  'client',
  'token',
  'key',
  'role',
  'scope',
] satisfies Revocation['kind'][]

/** No identifier in a token is longer: such an entry could refuse nothing and only take up memory. */
const MAX_ID_LENGTH = 256

/**
 * The fields of a stream entry: names and values in turn, as XADD takes them.
 *
 * @throws {RangeError} {@link decodeRevocation} would refuse the entry: published, it would revoke nothing
 */
export function encodeRevocation(revocation: Revocation): string[] {
  const { kind, id, exp } = revocation
  const fields = ['kind', kind, 'id', id, 'exp', String(exp)]
  if (kind === 'user') fields.push('ver', String(revocation.ver))
  if (kind === 'role' || kind === 'scope') fields.push('pol', String(revocation.pol))
  const decoded = decodeRevocation(fields)
  if (typeof decoded === 'string') throw new RangeError(`a revocation can't be published: ${decoded}`)
  return fields
}

/**
 * Reads the fields of a stream entry, names and values in turn. Unknown fields are passed over; of a name that comes
 * twice the last one counts.
 */
export function decodeRevocation(fields: readonly string[]): Revocation | RevocationFault {
  let kind: string | undefined
  let id = ''
  let exp: number | undefined
  let ver: number | undefined
  let pol: number | undefined
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const value = fields[i + 1] ?? ''
    if (fields[i] === 'kind') kind = value
    else if (fields[i] === 'id') id = value
    else if (fields[i] === 'exp') exp = readInteger(value, MAX_EXP)
    else if (fields[i] === 'ver') ver = readInteger(value, Number.MAX_SAFE_INTEGER)
    else if (fields[i] === 'pol') pol = readInteger(value, Number.MAX_SAFE_INTEGER)
  }
  if (!isKind(kind)) return 'unknown kind'
  if (id === '' || id.length > MAX_ID_LENGTH) return 'bad id'
  if (exp === undefined) return 'bad exp'
  if (kind === 'user') return ver === undefined ? 'bad ver' : { kind, id, ver, exp }
  if (kind === 'role' || kind === 'scope') return pol === undefined ? 'bad pol' : { kind, id, pol, exp }
  return { kind, id, exp }
}

function isKind(kind: string | undefined): kind is Revocation['kind'] {
  return kind !== undefined && KINDS.includes(kind)
}

function readInteger(text: string, max: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return value <= max ? value : undefined
}
