import type { InputFault } from '@latchkey/problems'
import type { TSchema } from 'typebox'
import { describeFaults } from '../problems/input-faults.ts'
import { createValidatorCompiler } from './validation.ts'

/**
 * Checks input that is no JSON body against a schema for bodies: the same rules, the same messages. No faults: it is valid.
 */
export function createInputCheck(schema: TSchema): (input: unknown) => InputFault[] {
  const validate = createValidatorCompiler()({ schema, method: 'POST', url: '/', httpPart: 'body' })
  return (input) => (validate(input) ? [] : describeFaults(validate.errors ?? [], 'body'))
}
