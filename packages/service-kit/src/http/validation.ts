import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { registerFormats } from './formats.ts'

const OPTIONS: Options = {
  // The failed schema travels with the error, for `x-message`.
  verbose: true,
  useDefaults: true,
  removeAdditional: false,
  allowUnionTypes: true,
  strictTuples: false,
}

/** Beyond so many values an input is not worth a full account of its faults, which could take longer than it is allowed to. */
const VALUES_EXPLAINED = 500

function createAjv(options: Options): Ajv {
  const ajv = new Ajv({ ...OPTIONS, ...options })
  ajv.addKeyword('x-message')
  registerFormats(ajv)
  return ajv
}

/**
 * Compiles request schemas. Bodies are taken as they are typed: JSON has numbers, booleans and null of its own. Query
 * strings, path parameters and headers hold nothing but text, so numbers and booleans are read from it there.
 *
 * A good input passes a validator that would stop at the first fault; only a bad one is looked at a second time, for all.
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
    const passes = ajv.compile(schema)
    let explain: ValidateFunction | undefined
    const validate: Validator = (input) => {
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

/** Whether a parsed JSON value holds few values; counts no further than it must. */
function isSmall(input: unknown): boolean {
  const open = [input]
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen + open.length > VALUES_EXPLAINED) return false
    const value = open.pop()
    if (typeof value === 'object' && value !== null) open.push(...Object.values(value).slice(0, VALUES_EXPLAINED + 1))
  }
  return true
}
