import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Algorithm } from '@latchkey/access-token'
import { UserFacingError } from '@latchkey/harness'
import type { Environment } from '../settings/stack-settings.ts'
import { type AdminCredentials, readKeysSettings } from './keys-settings.ts'

const USAGE = `npm run keys -- <command> [options]

  show                lists the keys of the ring, and its next step
  rotate              takes the next step of a change: add a key, sign with it, drop the old one
  revoke <kid>        for a key that leaked: every verifier refuses it, for good
  create              creates a ring where there is none

  --file PATH         the ring; default: ACCESS_TOKEN_SECRET_FILE (ACCESS_TOKEN_PRIVATE_KEYS_FILE), else that of \`npm start\`
  --refresh           the ring of refresh tokens instead
  --wait              rotate: takes all steps of the change, and waits as long as needed between them
  --now               rotate: takes the step too early
  --settle 30s        rotate: how long all services may take to read a changed ring
  --algorithm ES256   create: HS256 (default), ES256 or EdDSA
  --force             revoke: also a key that is no longer in the ring
  --url URL           revoke: auth-service; default: AUTH_URL, else http://localhost:3001

revoke signs in with ADMIN_EMAIL and ADMIN_PASSWORD, or uses the access token in LATCHKEY_TOKEN; ADMIN_PASSWORD_FILE and
LATCHKEY_TOKEN_FILE name files instead. The lifetime of tokens is read from ACCESS_TOKEN_EXPIRY and SESSION_MAX_AGE, in the
environment or in .env.`

export type KeysOptions = {
  readonly command: string
  readonly kid: string | undefined
  readonly file: string
  readonly wait: boolean
  readonly now: boolean
  readonly force: boolean
  /** Whether the ring is that of refresh tokens. */
  readonly refresh: boolean
  /** How long all services may take to read a changed ring, in milliseconds; undefined: the default of its algorithm. */
  readonly settleMs: number | undefined
  /** From the last signature under a key until no token of it is valid, in milliseconds. */
  readonly tokenTtlMs: number
  readonly algorithm: Algorithm
  readonly authUrl: string
  readonly admin: AdminCredentials
}

/** For clocks that differ, and requests under way. */
const LEEWAY_MS = 60_000
/** A file is read at once; a published key set is cached for a minute and fetched every minute. */
const FILE_SETTLE_MS = 10_000
const JWKS_SETTLE_MS = 150_000

export const settleMsOf = ({ settleMs }: KeysOptions, algorithm: Algorithm): number =>
  settleMs ?? (algorithm === 'HS256' ? FILE_SETTLE_MS : JWKS_SETTLE_MS)

/** @throws {UserFacingError} with the usage for unknown arguments, else with every fault */
export function readKeysOptions(argv: readonly string[], environment: Environment): KeysOptions {
  const { values, positionals } = parse(argv)
  const [command = 'show', kid, ...more] = positionals
  if (!['show', 'rotate', 'revoke', 'create'].includes(command) || more.length > 0) throw new UserFacingError(USAGE)
  if ((command === 'revoke') !== (kid !== undefined)) throw new UserFacingError(USAGE)
  const settings = readKeysSettings(values, environment)
  const { wait, now, force, refresh } = values
  const { settleMs, authUrl, admin } = settings
  const ring = ringOf(refresh, settings.algorithm)
  const kept = join(settings.dataDirectory, 'secrets', ring.name)
  return {
    command,
    kid,
    file: values.file || environment[`${ring.setting}_FILE`] || kept,
    wait,
    now,
    force,
    refresh,
    settleMs,
    tokenTtlMs: (refresh ? settings.sessionMaxAgeMs : settings.accessTokenTtlMs) + LEEWAY_MS,
    algorithm: refresh ? 'HS256' : settings.algorithm,
    authUrl,
    admin,
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
    throw new UserFacingError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function ringOf(refresh: boolean, algorithm: Algorithm): { setting: string; name: string } {
  if (refresh) return { setting: 'REFRESH_TOKEN_SECRET', name: 'refresh-token-secret' }
  if (algorithm === 'HS256') return { setting: 'ACCESS_TOKEN_SECRET', name: 'access-token-secret' }
  return { setting: 'ACCESS_TOKEN_PRIVATE_KEYS', name: privateKeysName(algorithm) }
}

/** The file in which `npm start` keeps private keys: one per algorithm, as a ring has only one. */
export const privateKeysName = (algorithm: Algorithm): string => `access-token-private-keys-${algorithm.toLowerCase()}`
