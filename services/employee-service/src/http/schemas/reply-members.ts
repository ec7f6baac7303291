import { Type } from 'typebox'

export const OptionalText = (description?: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description && { description }) })

/** The serialiser writes a `Date` in this format as UTC with milliseconds. */
export const Moment = Type.Unsafe<Date>({ type: 'string', format: 'date-time' })
