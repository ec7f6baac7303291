import { parseArgs } from 'node:util'

const SERVICES = ['auth-service', 'employee-service'] as const

export type FloodOptions = {
  readonly rounds: number
  /** The service to be flooded; both, one after the other, when left out. */
  readonly service: (typeof SERVICES)[number] | undefined
  /** Only floods whose name has one of these words; all when empty. */
  readonly floods: readonly string[]
  /** How many times as many requests each flood sends. */
  readonly times: number
}

/**
 * Reads `[rounds] [--service NAME] [--flood WORDS]… [--times N]`.
 *
 * @throws when it meets anything else
 */
export function floodOptions(args: readonly string[]): FloodOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { service: { type: 'string' }, flood: { type: 'string', multiple: true }, times: { type: 'string' } },
    allowPositionals: true,
  })
  const [rounds, times] = [Number(positionals[0] ?? 5), Number(values.times ?? 1)]
  const service = SERVICES.find((name) => name === values.service)
  const isKnown = values.service === undefined || service !== undefined
  if (!isKnown || positionals.length > 1 || !Number.isSafeInteger(rounds) || rounds < 1 || !(times > 0))
    throw new Error(
      `usage: npm run bench:floods -- [rounds] [--service ${SERVICES.join('|')}] [--flood WORDS]… [--times N]`,
    )
  return { rounds, service, floods: values.flood ?? [], times }
}
