import { BadSetting } from './parsers.ts'

/** The message of a parser's error for people. Errors of JavaScript itself may quote the value, so they become `is invalid`. */
export function explainFault(error: unknown, text: string): string {
  if (error instanceof BadSetting) return error.message
  const builtIn = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError
  const meant = error instanceof Error && !builtIn && !error.message.includes(text)
  return meant ? error.message : 'is invalid'
}
