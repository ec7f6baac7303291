import { type TUnsafe, Type } from 'typebox'

/** A point in time in a reply: a `Date` for the code that answers; the serializer writes it as UTC with milliseconds (ISO 8601). */
export const Moment = (options: { description?: string } = {}): TUnsafe<Date> =>
  Type.Unsafe<Date>({ type: 'string', format: 'date-time', ...options })
