import { BadSetting } from './parsers.ts'

/** Messages of JSON.parse and the like quote what they were given, so only sentences meant for this place get through. */
export function explainFault(error: unknown, text: string): string {
  if (error instanceof BadSetting) return error.message
  const builtIn = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError
  const meant = error instanceof Error && !builtIn && !error.message.includes(text)
  return meant ? error.message : 'is not acceptable'
}
