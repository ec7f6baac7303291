import { spawnSync } from 'node:child_process'
import type { Account } from '../processes/child-processes.ts'
import { UserFacingError } from '../user-facing-error.ts'

const USER = 'postgres'

/**
 * Postgres refuses to run as root. Started by root it runs as the system user `postgres`, who is created when missing; any
 * other user runs it as themselves (undefined).
 */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  return findAccount() ?? createAccount()
}

function findAccount(): Account | undefined {
  const uid = idOf('-u')
  const gid = idOf('-g')
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function idOf(kind: '-u' | '-g'): number | undefined {
  const { status, stdout } = spawnSync('id', [kind, USER], { encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout, 10) : undefined
}

function createAccount(): Account {
  const made = spawnSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER],
    {
      encoding: 'utf8',
    },
  )
  const account = findAccount()
  if (account !== undefined) return account
  throw new UserFacingError(
    `Postgres does not run as root, and the system user "${USER}" for it could not be created: ` +
      `${made.error?.message ?? made.stderr.trim()}. Create that user, run as another user, or set DATABASE_URL and EMPLOYEE_DATABASE_URL.`,
  )
}
