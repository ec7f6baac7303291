import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ALGORITHMS, type Algorithm } from '@latchkey/access-token'
import { type Environment, readStackSettings } from '../settings/stack-settings.ts'
import { StackError } from '../stack-error.ts'

const USAGE = `npm run keys -- <command> [options]

  show                what is in the ring, and which step comes next
  rotate              takes the next step of a change: add a key, sign with it, drop the old one
  revoke <kid>        a key leaked: has every verifier refuse it, for good
  create              makes a ring where there is none

  --file PATH         the ring; else ACCESS_TOKEN_SECRET_FILE (ACCESS_TOKEN_PRIVATE_KEYS_FILE), else that of \`npm start\`
  --refresh           the ring of refresh tokens instead (show, rotate, create)
  --wait              rotate: takes all steps of the change, with the time between them that it takes
  --now               rotate: takes the step although its time has not come
  --settle 30s        rotate: how long all services may take to read a changed ring
  --algorithm ES256   create: HS256 (default), ES256 or EdDSA
  --url URL           revoke: auth-service; else AUTH_URL, else http://localhost:3001

revoke signs in with ADMIN_EMAIL and ADMIN_PASSWORD, or uses the access token in LATCHKEY_TOKEN.`

export type KeysOptions = {
  readonly command: string
  readonly kid: string | undefined
  readonly file: string
  readonly wait: boolean
  readonly now: boolean
  /** How long all services may take to read a changed ring, in milliseconds. */
  readonly settleMs: number
  /** How long the last token signed under a key lives, in milliseconds. */
  readonly tokenLifeMs: number
  readonly algorithm: Algorithm
  readonly authUrl: string
}

/** Verifiers' clocks may be apart, and a request may be on its way. */
const LEEWAY_MS = 60_000
/** A published key set is cached for a minute and fetched every minute. */
const JWKS_SETTLE = '150s'

/** @throws StackError for what can't be understood */
export function readKeysOptions(argv: readonly string[], environment: Environment): KeysOptions {
  const { values, positionals } = parse(argv)
  const [command = 'show', kid, ...more] = positionals
  if (!['show', 'rotate', 'revoke', 'create'].includes(command) || more.length > 0) throw new StackError(USAGE)
  if ((command === 'revoke') !== (kid !== undefined)) throw new StackError(USAGE)
  const algorithm = ALGORITHMS.find(
    (each) => each === (values.algorithm ?? environment.ACCESS_TOKEN_ALGORITHM ?? 'HS256'),
  )
  if (algorithm === undefined) throw new StackError(`The algorithm must be one of ${ALGORITHMS.join(', ')}.`)
  const ring = ringOf(values.refresh, algorithm)
  const life = values.refresh ? (environment.SESSION_MAX_AGE ?? '30d') : (environment.ACCESS_TOKEN_EXPIRY ?? '15m')
  const settle = values.settle ?? (ring.isPublished ? JWKS_SETTLE : '10s')
  return {
    command,
    kid,
    file: values.file ?? environment[`${ring.setting}_FILE`] ?? join(secretsOf(environment), ring.name),
    wait: values.wait,
    now: values.now,
    settleMs: durationMs('--settle', settle),
    tokenLifeMs: durationMs(values.refresh ? 'SESSION_MAX_AGE' : 'ACCESS_TOKEN_EXPIRY', life) + LEEWAY_MS,
    algorithm: values.refresh ? 'HS256' : algorithm,
    authUrl: values.url ?? environment.AUTH_URL ?? `http://localhost:${environment.AUTH_PORT || 3001}`,
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
        settle: { type: 'string' },
        algorithm: { type: 'string' },
        url: { type: 'string' },
      },
    })
  } catch (error) {
    throw new StackError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function ringOf(refresh: boolean, algorithm: Algorithm): { setting: string; name: string; isPublished: boolean } {
  if (refresh) return { setting: 'REFRESH_TOKEN_SECRET', name: 'refresh-token-secret', isPublished: false }
  if (algorithm === 'HS256') return { setting: 'ACCESS_TOKEN_SECRET', name: 'access-token-secret', isPublished: false }
  return { setting: 'ACCESS_TOKEN_PRIVATE_KEYS', name: privateKeysName(algorithm), isPublished: true }
}

/** The file in which `npm start` keeps private keys: one for each algorithm, since no ring mixes them. */
export const privateKeysName = (algorithm: Algorithm): string => `access-token-private-keys-${algorithm.toLowerCase()}`

const secretsOf = (environment: Environment): string => join(readStackSettings(environment).dataDirectory, 'secrets')

function durationMs(name: string, text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit]
  if (factor === undefined) throw new StackError(`${name} must be a duration like 10s, 15m, 1h or 7d.`)
  return Number(amount) * factor
}
