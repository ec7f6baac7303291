import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { ServiceName } from './document/operation.ts'

export type Options = {
  readonly seed: number
  readonly requests: number
  readonly services: readonly ServiceName[]
  readonly deadlineMs: number
}

const SERVICES: readonly ServiceName[] = ['auth', 'employee']

/**
 * Reads `[--requests N] [--seed N] [--service auth|employee] [--deadline seconds]`.
 *
 * @throws when it meets anything else
 */
export function parseOptions(args: readonly string[]): Options {
  const usage = (problem: string): Error =>
    new Error(
      `usage: npm run fuzz -- [--requests N] [--seed N] [--service ${SERVICES.join('|')}] [--deadline seconds]  (${problem})`,
    )
  const { requests, seed, service, deadline } = parse(args, usage)
  for (const [name, text] of Object.entries({ requests, seed, deadline })) {
    if (text !== undefined && !/^\d{1,9}$/.test(text)) throw usage(`--${name} takes a number`)
  }
  const services = SERVICES.filter((name) => service === undefined || name === service)
  if (services.length === 0) throw usage(`there is no service ${service}`)
  return {
    requests: Number(requests ?? 20_000),
    seed: Number(seed ?? randomInt(1_000_000_000)),
    services,
    deadlineMs: 1000 * Number(deadline ?? 5),
  }
}

function parse(args: readonly string[], usage: (problem: string) => Error) {
  try {
    const options = {
      requests: { type: 'string' },
      seed: { type: 'string' },
      service: { type: 'string' },
      deadline: { type: 'string' },
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}
