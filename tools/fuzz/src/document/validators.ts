import { isEmail, UUID } from '@latchkey/problems'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Schema } from './operation.ts'
import type { OpenApi } from './read-document.ts'

export type Validators = {
  /** Whether a value of a JSON body has this schema. */
  isValid(schema: Schema, value: unknown): boolean
  /** The same for a text of the address or a header. */
  isValidText(schema: Schema, text: string): boolean
  /** What is wrong with an answer; undefined when nothing is. */
  faultOf(schema: Schema, value: unknown): string | undefined
}

/** Reads the schemas of one document as the service itself does: numbers from texts in addresses, JSON types in bodies. */
export function createValidators({ components }: OpenApi): Validators {
  const schemas = components?.schemas ?? {}
  const create = (coerceTypes: boolean): Ajv => {
    const ajv = new Ajv({
      strict: false,
      allowUnionTypes: true,
      coerceTypes,
      strictNumbers: !coerceTypes,
      logger: false,
    })
    ajv.addFormat('email', isEmail)
    ajv.addFormat('uuid', UUID)
    ajv.addFormat('date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)))
    ajv.addFormat(
      'date-time',
      (text) => /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text)),
    )
    ajv.addSchema({ $id: '/', components: { schemas } })
    return ajv
  }
  const compiledBy = (ajv: Ajv) => {
    const compiled = new WeakMap<Schema, ValidateFunction>()
    // Most operations have the same schemas of errors and of members, and compiling is slow.
    const byText = new Map<string, ValidateFunction>()
    return (schema: Schema): ValidateFunction => {
      const known = compiled.get(schema)
      if (known) return known
      const text = JSON.stringify(schema)
      const validate = byText.get(text) ?? ajv.compile(absolute(schema) as Schema)
      byText.set(text, validate)
      compiled.set(schema, validate)
      return validate
    }
  }
  const bodies = compiledBy(create(false))
  const texts = compiledBy(create(true))
  const wrapped = new WeakMap<Schema, Schema>()
  const wrap = (schema: Schema): Schema => {
    const known = wrapped.get(schema) ?? { type: 'object', properties: { value: schema } }
    wrapped.set(schema, known)
    return known
  }
  return {
    isValid: (schema, value) => bodies(schema)(value),
    isValidText: (schema, text) => texts(wrap(schema))({ value: text }),
    faultOf(schema, value) {
      const validate = bodies(schema)
      if (validate(value)) return undefined
      const [error] = validate.errors ?? []
      return `${error?.instancePath} ${error?.message}`
    },
  }
}

/** References lead into the document, which the validator knows as `/`. */
function absolute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absolute)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === '$ref' && typeof inner === 'string' ? inner.replace(/^#/, '/#') : absolute(inner),
    ]),
  )
}
