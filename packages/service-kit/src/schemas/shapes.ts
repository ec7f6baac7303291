import {
  type TArray,
  type TObject,
  type TObjectOptions,
  type TProperties,
  type TSchema,
  type TUnsafe,
  Type,
} from 'typebox'
import { Nullable } from './nullable.ts'

/**
 * A request body. Unknown members are refused and types are not coerced. A member with a default may be left out; handlers always
 * see it: it is required in the type, not in the schema.
 */
export function Body<P extends TProperties>(properties: P, options: TObjectOptions = {}): TObject<P> {
  const required = Object.entries(properties)
    .filter(([, schema]) => !Type.IsOptional(schema) && !Object.hasOwn(schema, 'default'))
    .map(([name]) => name)
  return Object.assign(Type.Object(properties, { ...options, additionalProperties: false }), { required })
}

/** Describes a member that the service sets, in the body of a call that takes back what a read gave. */
export const AS_READ = 'The value that GET returned; any other is refused'

/**
 * A query string. As a body, but numbers and booleans are read from their text.
 *
 * @alias Body
 */
export const Query = Body

/**
 * The parameters in a route's path. As a query string.
 *
 * @alias Body
 */
export const Params = Body

/** Query members of a list: `Query({ ...page, status: … })`. */
export const page = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Items on a page' }),
  cursor: Type.Optional(
    Type.String({
      maxLength: 1024,
      pattern: '^[A-Za-z0-9_-]+$',
      'x-message': 'must be a nextCursor of an earlier answer',
      description: '`nextCursor` of the page before',
    }),
  ),
}

/** One page of a list. `nextCursor` is null on the last page. */
export function List<T extends TSchema>(item: T): TObject<{ items: TArray<T>; nextCursor: TUnsafe<string | null> }> {
  return Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()) })
}
