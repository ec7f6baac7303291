import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ALGORITHMS, type Algorithm } from '@latchkey/access-token'
import { BadSetting, parseDurationMs } from '@latchkey/service-kit/settings'
import { type Environment, readStackSettings } from '../settings/stack-settings.ts'
import { StackError } from '../stack-error.ts'

const USAGE = `npm run keys -- <command> [options]

  show                what is in the ring, and which step comes next
  rotate              takes the next step of a change: add a key, sign with it, drop the old one
  revoke <kid>        a key leaked: has every verifier refuse it, for good
  create              makes a ring where there is none

  --file PATH         the ring; else ACCESS_TOKEN_SECRET_FILE (ACCESS_TOKEN_PRIVATE_KEYS_FILE), else that of \`npm start\`
  --refresh           the ring of refresh tokens instead
  --wait              rotate: takes all steps of the change, with the time between them that it takes
  --now               rotate: takes the step although its time has not come
  --settle 30s        rotate: how long all services may take to read a changed ring
  --algorithm ES256   create: HS256 (default), ES256 or EdDSA
  --force             revoke: also a key that is not in the ring (any more)
  --url URL           revoke: auth-service; else AUTH_URL, else http://localhost:3001

revoke signs in with ADMIN_EMAIL and ADMIN_PASSWORD, or uses the access token in LATCHKEY_TOKEN. How long tokens live is
read from ACCESS_TOKEN_EXPIRY and SESSION_MAX_AGE, in the environment or in .env.`

export type KeysOptions = {
  readonly command: string
  readonly kid: string | undefined
  readonly file: string
  readonly wait: boolean
  readonly now: boolean
  readonly force: boolean
  /** Whether it is the ring of refresh tokens. */
  readonly refresh: boolean
  /** How long all services may take to read a changed ring, in milliseconds; undefined: what its algorithm needs. */
  readonly settleMs: number | undefined
  /** How long the last token signed under a key lives, in milliseconds. */
  readonly tokenLifeMs: number
  readonly algorithm: Algorithm
  readonly authUrl: string
}

/** Verifiers' clocks may be apart, and a request may be on its way. */
const LEEWAY_MS = 60_000
/** A file is read at once; a published key set is cached for a minute and fetched every minute. */
const FILE_SETTLE_MS = 10_000
const JWKS_SETTLE_MS = 150_000

export const settleMsOf = ({ settleMs }: KeysOptions, algorithm: Algorithm): number =>
  settleMs ?? (algorithm === 'HS256' ? FILE_SETTLE_MS : JWKS_SETTLE_MS)

/** @throws StackError for what can't be understood */
export function readKeysOptions(argv: readonly string[], environment: Environment): KeysOptions {
  const { values, positionals } = parse(argv)
  const [command = 'show', kid, ...more] = positionals
  if (!['show', 'rotate', 'revoke', 'create'].includes(command) || more.length > 0) throw new StackError(USAGE)
  if ((command === 'revoke') !== (kid !== undefined)) throw new StackError(USAGE)
  const algorithm = ALGORITHMS.find(
    (each) => each === (values.algorithm || environment.ACCESS_TOKEN_ALGORITHM || 'HS256'),
  )
  if (algorithm === undefined) throw new StackError(`The algorithm must be one of ${ALGORITHMS.join(', ')}.`)
  const ring = ringOf(values.refresh, algorithm)
  const life = values.refresh ? environment.SESSION_MAX_AGE || '30d' : environment.ACCESS_TOKEN_EXPIRY || '15m'
  return {
    command,
    kid,
    file: values.file || environment[`${ring.setting}_FILE`] || join(secretsOf(environment), ring.name),
    wait: values.wait,
    now: values.now,
    force: values.force,
    refresh: values.refresh,
    settleMs: values.settle === undefined ? undefined : durationMs('--settle', values.settle),
    tokenLifeMs: durationMs(values.refresh ? 'SESSION_MAX_AGE' : 'ACCESS_TOKEN_EXPIRY', life) + LEEWAY_MS,
    algorithm: values.refresh ? 'HS256' : algorithm,
    authUrl: values.url || environment.AUTH_URL || `http://localhost:${environment.AUTH_PORT || 3001}`,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        file: { type: 'string' },
        refresh: { type: 'boolean', default: false },
        wait: { type: 'boolean', default: false },
        now: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        settle: { type: 'string' },
        algorithm: { type: 'string' },
        url: { type: 'string' },
      },
    })
  } catch (error) {
    throw new StackError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function ringOf(refresh: boolean, algorithm: Algorithm): { setting: string; name: string } {
  if (refresh) return { setting: 'REFRESH_TOKEN_SECRET', name: 'refresh-token-secret' }
  if (algorithm === 'HS256') return { setting: 'ACCESS_TOKEN_SECRET', name: 'access-token-secret' }
  return { setting: 'ACCESS_TOKEN_PRIVATE_KEYS', name: privateKeysName(algorithm) }
}

/** The file in which `npm start` keeps private keys: one for each algorithm, since no ring mixes them. */
export const privateKeysName = (algorithm: Algorithm): string => `access-token-private-keys-${algorithm.toLowerCase()}`

const secretsOf = (environment: Environment): string => join(readStackSettings(environment).dataDirectory, 'secrets')

function durationMs(name: string, text: string): number {
  try {
    return parseDurationMs(text)
  } catch (error) {
    throw error instanceof BadSetting ? new StackError(`${name} ${error.message}.`) : error
  }
}
