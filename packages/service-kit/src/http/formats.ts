// Our own formats, and not ajv-formats: its e-mail addresses lack the lengths of RFC 5321, its dates include the year 0, which Postgres
// refuses, its instants include leap seconds, which `new Date` cannot hold, and its UUIDs may start with `urn:uuid:`.
import { isEmail, UUID } from '@latchkey/problems'
import type { Ajv } from 'ajv'

/** A day of the calendar. Without the year 0, which Postgres refuses. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** An instant that `new Date` can hold, which excludes leap seconds. */
function isInstant(text: string): boolean {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i
  return form.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
}

/** Adds the formats of request schemas to an Ajv instance. */
export function registerFormats(ajv: Ajv): void {
  ajv.addFormat('email', isEmail)
  ajv.addFormat('uuid', UUID)
  ajv.addFormat('date', isDate)
  ajv.addFormat('date-time', isInstant)
}
