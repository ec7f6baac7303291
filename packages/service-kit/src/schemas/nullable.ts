import { type Static, type TSchema, type TUnsafe, Type } from 'typebox'

/**
 * The same value, or null. Where the schema has one type, null becomes a second one rather than the branch of a union: a fault then
 * says what is wrong with the value.
 */
export function Nullable<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema> | null> {
  if (!('type' in schema) || typeof schema.type !== 'string') return Type.Unsafe(Type.Union([schema, Type.Null()]))
  const values = 'enum' in schema && Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {}
  return Type.Unsafe({ ...schema, ...values, type: [schema.type, 'null'] })
}
