import type { InputFault } from '@latchkey/problems'
import type { TSchema } from 'typebox'
import { describeFaults } from './input-faults.ts'
import { createValidatorCompiler } from './validation.ts'

/**
 * Checks what does not come as a JSON body by a schema that was written for one: the same rules, the same words.
 * No faults mean that it is acceptable.
 */
export function createInputCheck(schema: TSchema): (input: unknown) => InputFault[] {
  const validate = createValidatorCompiler()({ schema, method: 'POST', url: '/', httpPart: 'body' })
  return (input) => (validate(input) ? [] : describeFaults(validate.errors ?? [], 'body'))
}
