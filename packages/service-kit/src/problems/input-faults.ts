import type { InputFault } from '@latchkey/problems'
import type { FastifySchemaValidationError } from 'fastify'

const FAULTS_SHOWN = 20
const PREFIXES: Record<string, string> = { querystring: 'query', params: 'params', headers: 'headers' }

type Failure = FastifySchemaValidationError & { parentSchema?: Record<string, unknown> }

/**
 * Turns Ajv's errors into faults for people. They never quote a value of the caller, only names of unknown members.
 *
 * @param part of the request: `body`, `querystring`, `params` or `headers`
 */
export function describeFaults(failures: readonly FastifySchemaValidationError[], part: string): InputFault[] {
  const faults = new Map<string, InputFault>()
  for (const failure of failures) {
    // Each branch of a union reports itself; the union's own error covers them.
    if (failure.keyword === 'const' && failures.some((other) => other.keyword === 'anyOf')) continue
    const fault = { path: pathOf(failure, part), message: messageOf(failure) }
    if (!faults.has(fault.path)) faults.set(fault.path, fault)
    if (faults.size === FAULTS_SHOWN) break
  }
  return [...faults.values()]
}

function pathOf({ instancePath, keyword, params }: Failure, part: string): string {
  const member = keyword === 'required' ? params.missingProperty : params.additionalProperty
  const pointer = typeof member === 'string' ? `${instancePath}/${escapePointer(member)}` : instancePath
  return `${PREFIXES[part] ?? ''}${pointer}`
}

/** RFC 6901, section 3; long names are cut, they are the caller's. */
function escapePointer(member: string): string {
  return member.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

const FORMAT_NAMES: Record<string, string> = {
  email: 'an e-mail address',
  uuid: 'a UUID',
  date: 'a date like 2024-02-29',
  'date-time': 'a time like 2024-02-29T12:00:00Z',
}

function messageOf({ keyword, params, parentSchema }: Failure): string {
  const own = parentSchema?.['x-message']
  switch (keyword) {
    case 'required':
      return 'is required'
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a known member'
    case 'type':
      return `must be ${[params.type]
        .flat()
        .map((type) => TYPE_NAMES[String(type)] ?? type)
        .join(' or ')}`
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`
    case 'maxLength':
      return `must have at most ${params.limit} characters`
    case 'minimum':
      return `must be at least ${params.limit}`
    case 'maximum':
      return `must be at most ${params.limit}`
    case 'minItems':
      return `must have at least ${params.limit} items`
    case 'maxItems':
      return `must have at most ${params.limit} items`
    case 'minProperties':
      return 'must have at least one member'
    case 'uniqueItems':
      return 'must not contain duplicates'
    case 'enum':
      return `must be one of ${[params.allowedValues].flat().join(', ')}`
    case 'const':
      return `must be ${String(params.allowedValue)}`
    case 'anyOf':
      return typeof own === 'string' ? own : choicesOf(parentSchema)
    case 'format':
      return typeof own === 'string' ? own : `must be ${FORMAT_NAMES[String(params.format)] ?? 'well-formed'}`
    default:
      return typeof own === 'string' ? own : 'is invalid'
  }
}

function choicesOf(schema: Record<string, unknown> | undefined): string {
  const branches = Array.isArray(schema?.anyOf) ? schema.anyOf : []
  const values = branches.map((branch: { const?: unknown }) => branch.const)
  return values.length > 0 && values.every((value) => value !== undefined)
    ? `must be one of ${values.join(', ')}`
    : 'matches none of the accepted forms'
}
