import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export type Options = {
  /** How many lives of an access token the tabs are online for. */
  readonly expiries: number
  readonly seed: number
}

/** @throws {Error} a line that says what is wrong */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({ args, options: { expiries: { type: 'string' }, seed: { type: 'string' } } })
  return { expiries: toNumber(values.expiries ?? '10'), seed: toNumber(values.seed ?? String(randomInt(1, 2 ** 31))) }
}

function toNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error('usage: npm run test:browser [-- --expiries 200] [--seed 1]')
  return Number(text)
}
