// Our own formats, and not ajv-formats: its e-mail addresses lack the lengths of RFC 5321, its dates include the year 0, which Postgres
// refuses, its instants include leap seconds, which `new Date` cannot hold, and its UUIDs may start with `urn:uuid:`.
import { UUID } from '@latchkey/problems'
import type { Ajv } from 'ajv'

const EMAIL_LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const DOMAIN_LABEL = /^[a-z0-9-]{1,63}$/i

/** The dot-atom form of RFC 5321 with its lengths, and a domain of at least two labels. In parts, each linear on hostile input. */
function isEmail(text: string): boolean {
  if (text.length > 254) return false
  const at = text.lastIndexOf('@')
  if (at < 1 || at > 64 || !EMAIL_LOCAL.test(text.slice(0, at))) return false
  const labels = text.slice(at + 1).split('.')
  return labels.length >= 2 && labels.every(isDomainLabel)
}

function isDomainLabel(label: string): boolean {
  return DOMAIN_LABEL.test(label) && !label.startsWith('-') && !label.endsWith('-')
}

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
