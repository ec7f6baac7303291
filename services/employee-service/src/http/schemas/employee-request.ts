import { Params, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'

export const EmployeeParams = Params({ id: Uuid() })

/** RFC 9110, section 13.1.1. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description: 'Write only if this is the version, else 412; without it the last write wins',
      examples: ['"1"'],
    }),
  ),
})

/** RFC 9110, section 13.1.2. */
export const IfNoneMatch = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({ description: 'Answer 304 if this is still the version', examples: ['"1"'] }),
  ),
})

/** draft-ietf-httpapi-idempotency-key-header. */
export const IdempotencyKey = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description: 'A key of your own, a new one for each employee. The call may then be repeated',
      examples: ['"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
    }),
  ),
})

/** Response headers of an answer that carries an employee. */
export const etagHeader = { ETag: { type: 'string', description: 'The version, as If-Match takes it' } }

/** Of the caller's own record: its tag also names the employee. */
export const ownEtagHeader = {
  ETag: { type: 'string', description: 'For If-None-Match at this address; If-Match takes the one of /employees/{id}' },
}
