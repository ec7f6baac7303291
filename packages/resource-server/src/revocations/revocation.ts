/** Something that makes tokens worthless before they expire. */
export type Revocation = {
  /** When the last token that it could refuse has expired: whole seconds since 1970. */
  readonly exp: number
} & (
  | {
      /** A session that ended, by its `sid`; a service client, by its `client_id`; one token, by its `jti`; a signing key, by its `kid`. */
      readonly kind: 'session' | 'client' | 'token' | 'key'
      readonly id: string
    }
  | {
      /** A user, by its `sub`: tokens whose `ver` is lower than this one are dead. */
      readonly kind: 'user'
      readonly id: string
      readonly ver: number
    }
)

const isKind = (kind: string): kind is Revocation['kind'] =>
  ['session', 'user', 'client', 'token', 'key'].includes(kind)

/** Why an entry of the feed is not a revocation that we know. */
export type EntryFault = 'unknown kind' | 'bad id' | 'bad exp' | 'bad ver'

/** No identifier in a token is longer: one that is could refuse nothing and only take up memory. */
const MAX_ID_LENGTH = 256
/** The end of the year 9999. */
const MAX_EXP = 253_402_300_799

/**
 * Reads an entry of the feed.
 *
 * @param fields names and values in turn, as a stream entry has them
 */
export function readRevocation(fields: readonly string[]): Revocation | EntryFault {
  let kind: string | undefined
  let id = ''
  let exp: number | undefined
  let ver: number | undefined
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const value = fields[i + 1] ?? ''
    if (fields[i] === 'kind') kind = value
    else if (fields[i] === 'id') id = value
    else if (fields[i] === 'exp') exp = readInteger(value, MAX_EXP)
    else if (fields[i] === 'ver') ver = readInteger(value, Number.MAX_SAFE_INTEGER)
  }
  if (kind === undefined || !isKind(kind)) return 'unknown kind'
  if (id === '' || id.length > MAX_ID_LENGTH) return 'bad id'
  if (exp === undefined) return 'bad exp'
  if (kind !== 'user') return { kind, id, exp }
  return ver === undefined ? 'bad ver' : { kind, id, ver, exp }
}

function readInteger(text: string, max: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return value <= max ? value : undefined
}
