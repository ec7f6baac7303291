import { normalizeEmail, typedName, withoutOuterSpaces } from '@latchkey/problems'
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import type { DataValidationCxt } from 'ajv/dist/types/index.js'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { registerFormats } from './formats.ts'

const OPTIONS: Options = {
  // The error carries the failed schema, for `x-message`.
  verbose: true,
  useDefaults: true,
  removeAdditional: false,
  allowUnionTypes: true,
  strictTuples: false,
}

/** Larger inputs get their first fault only: finding all of them could take longer than the deadline of a request. */
const VALUES_EXPLAINED = 500

function createAjv(options: Options): Ajv {
  const ajv = new Ajv({ ...OPTIONS, ...options })
  ajv.addKeyword('x-message')
  addNormalizing(ajv)
  registerFormats(ajv)
  return ajv
}

const NORMALIZERS: Readonly<Record<string, (text: string) => string>> = {
  trim: withoutOuterSpaces,
  email: normalizeEmail,
  typed: typedName,
  'typed-email': (text) => normalizeEmail(typedName(text)),
}

/** `x-normalize`: changes a text in place, before its other keywords see it. */
function addNormalizing(ajv: Ajv): void {
  ajv.addKeyword({
    keyword: 'x-normalize',
    type: 'string',
    schemaType: 'string',
    modifying: true,
    errors: false,
    before: 'maxLength',
    validate(kind: string, text: string, _schema: unknown, place: DataValidationCxt | undefined): boolean {
      if (place !== undefined) place.parentData[place.parentDataProperty] = NORMALIZERS[kind]?.(text) ?? text
      return true
    },
  })
}

/**
 * Compiles request schemas, each when the first request needs it. Values of bodies keep their JSON types. Query strings, path parameters
 * and headers are text, so numbers and booleans are read from it there.
 *
 * A valid input passes one validator, which stops at the first fault. Only an invalid one is validated again, for all faults.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  const bodies = createCompiler(false)
  const texts = createCompiler(true)
  return ({ schema, httpPart }) => (httpPart === 'body' ? bodies : texts)(schema)
}

type Validator = { (input: unknown): boolean; errors?: ErrorObject[] | null }

function createCompiler(coerceTypes: boolean): (schema: TSchema) => Validator {
  // Under strict numbers Ajv reads a text like `Infinity` as a number, and then holds no bound against it.
  const options = { coerceTypes, strictNumbers: !coerceTypes }
  const ajv = createAjv(options)
  const thorough = createAjv({ ...options, allErrors: true })
  return (schema) => {
    let passes: ValidateFunction | undefined
    let explain: ValidateFunction | undefined
    const validate: Validator = (input) => {
      passes ??= ajv.compile(schema)
      if (passes(input)) return true
      validate.errors = passes.errors ?? null
      if (isSmall(input)) {
        explain ??= thorough.compile(schema)
        if (!explain(input)) validate.errors = explain.errors ?? null
      }
      return false
    }
    return validate
  }
}

/** Whether a parsed JSON value holds few values; stops counting beyond the limit. */
function isSmall(input: unknown): boolean {
  const open = [input]
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen + open.length > VALUES_EXPLAINED) return false
    const value = open.pop()
    if (typeof value === 'object' && value !== null) open.push(...Object.values(value).slice(0, VALUES_EXPLAINED + 1))
  }
  return true
}
