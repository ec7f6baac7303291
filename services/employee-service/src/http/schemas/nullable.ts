import { type TString, type TUnsafe, Type } from 'typebox'

/** The same text, or null. One schema of two types, not a union: a fault then says what is wrong with the text. */
export function Nullable(schema: TString): TUnsafe<string | null> {
  return Type.Unsafe<string | null>({ ...schema, type: ['string', 'null'] })
}
