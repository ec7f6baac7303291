import { randomUUID } from 'node:crypto'
import type { Random } from '@latchkey/harness'
import type { Member, Schema } from '../document/operation.ts'
import type { Validators } from '../document/validators.ts'
import { HOSTILE_TEXTS, HOSTILE_VALUES } from './hostile.ts'
import { newDate, newEmail, newInstant, textsFor } from './valid-text.ts'

export type Values = {
  /** A random value that the schema allows; texts outside bodies. */
  valid(member: Member): unknown
  /** One that it forbids; undefined when it forbids none that we know. */
  invalid(member: Member): unknown
  /** Any. */
  hostile(member: Member): unknown
  isValid(member: Member, value: unknown): boolean
}

type Known = {
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly items?: Schema
}

const TRIES = 40

/** Values from the schemas of one document. */
export function createValues(random: Random, validators: Validators): Values {
  const { isValid: isValidValue, isValidText } = validators
  const isValid = ({ place, schema }: Member, value: unknown): boolean =>
    place === 'body' ? isValidValue(schema, value) : typeof value === 'string' && isValidText(schema, value)

  function make(schema: Schema): unknown {
    const known = schema as Known
    if (known.enum) return random.pick(known.enum)
    if (known.anyOf) return make(random.pick(known.anyOf))
    const types = [known.type ?? 'string'].flat()
    const type = random.pick(types.length > 1 && random.chance(0.8) ? types.filter((each) => each !== 'null') : types)
    if (type === 'null') return null
    if (type === 'boolean') return random.chance(0.5)
    if (type === 'integer' || type === 'number') return integer(known)
    if (type === 'array') return list(known)
    if (type === 'object') return {}
    return text(schema, known)
  }

  function integer({ minimum = 0, maximum = 1000 }: Known): number {
    return random.pick([minimum, maximum, random.integer(minimum, maximum)])
  }

  function list({ minItems = 0, items = {} }: Known): unknown[] {
    const length = random.integer(minItems, minItems + 2)
    return [...new Set(Array.from({ length }, () => make(items)))]
  }

  function text(schema: Schema, { format, minLength, maxLength }: Known): string {
    if (format === 'uuid') return randomUUID()
    if (format === 'email') return newEmail(random)
    if (format === 'date') return newDate(random)
    if (format === 'date-time') return newInstant(random)
    const bounds = { ...(minLength !== undefined && { minLength }), ...(maxLength !== undefined && { maxLength }) }
    for (const candidate of textsFor(random, bounds)) if (isValidValue(schema, candidate)) return candidate
    throw new Error(`no text is known for ${JSON.stringify(schema)}`)
  }

  function hostile({ place, schema }: Member): unknown {
    const { maxLength, maximum, minimum } = schema as Known
    const near = [
      ...(maxLength === undefined
        ? []
        : ['a'.repeat(maxLength + 1), '\u{1f600}'.repeat(Math.min(maxLength + 1, 3000))]),
      ...(maximum === undefined ? [] : [maximum + 1]),
      ...(minimum === undefined ? [] : [minimum - 1]),
    ]
    const texts = random.chance(0.2) && near.length > 0 ? near : HOSTILE_TEXTS
    if (place === 'body') return random.chance(0.5) ? random.pick(HOSTILE_VALUES) : random.pick<unknown>(texts)
    return String(random.pick<unknown>(texts))
  }

  return {
    valid: (member) => (member.place === 'body' ? make(member.schema) : String(make(member.schema))),
    hostile,
    invalid(member) {
      for (let tries = 0; tries < TRIES; tries++) {
        const value = hostile(member)
        if (!isValid(member, value)) return value
      }
      return undefined
    },
    isValid,
  }
}
