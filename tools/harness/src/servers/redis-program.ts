import { canInstallPackages, installServerPackage } from '../processes/debian-package.ts'
import { onPath } from '../processes/on-path.ts'
import { UserFacingError } from '../user-facing-error.ts'

const INSTALL_BY_HAND =
  'Install Redis or Valkey so that `redis-server` or `valkey-server` is on PATH ' +
  '(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis; Fedora: dnf install valkey), or set REDIS_URL.'

/**
 * The Redis server of this machine: `redis-server` or `valkey-server` from PATH. No npm package carries one that runs
 * everywhere, so root on Debian or Ubuntu gets it installed when it is missing, which goes to `report`.
 */
export async function redisProgram(report: (line: string) => void): Promise<string> {
  const found = findRedis()
  if (found !== undefined) return found
  if (!canInstallPackages()) throw new UserFacingError(`No Redis server found. ${INSTALL_BY_HAND}`)
  report('No Redis server found: installing the package redis-server with apt-get')
  await installRedis()
  const installed = findRedis()
  if (installed === undefined)
    throw new UserFacingError(`redis-server is installed but not on PATH. ${INSTALL_BY_HAND}`)
  return installed
}

const findRedis = (): string | undefined => onPath('redis-server') ?? onPath('valkey-server')

async function installRedis(): Promise<void> {
  try {
    await installServerPackage('redis-server')
  } catch (error) {
    throw error instanceof UserFacingError ? new UserFacingError(`${error.message}\n${INSTALL_BY_HAND}`) : error
  }
}
