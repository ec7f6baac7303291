import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createChildProcesses, recordedProcess, UserFacingError } from '@latchkey/harness'
import { SettingsError } from '@latchkey/service-kit/settings'
import { backUp } from './backups/back-up.ts'
import { claimDataDirectory, placesIn } from './settings/data-directory.ts'
import { isGiven, readStackSettings, repositoryRoot } from './settings/stack-settings.ts'
import { startServers } from './start-servers.ts'

// `npm run backup -- [DIRECTORY]`: of the servers that `npm start` starts, which may run or not.

const say = (line: string): void => console.error(line)

async function run([name, ...more]: readonly string[]): Promise<void> {
  if (more.length > 0 || name?.startsWith('-')) throw new UserFacingError('npm run backup -- [DIRECTORY]')
  const foreign = ['DATABASE_URL', 'EMPLOYEE_DATABASE_URL', 'REDIS_URL'].filter((each) => isGiven(process.env, each))
  if (foreign.length > 0) {
    throw new UserFacingError(
      `${foreign.join(', ')} names a server of yours. Back it up by its own means, Redis before Postgres: docs/deployment.md says how.`,
    )
  }
  const { dataDirectory } = readStackSettings(process.env)
  if (!existsSync(join(dataDirectory, 'postgres/data'))) {
    throw new UserFacingError(`There is no database in ${dataDirectory} yet.`)
  }
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const target = name === undefined ? join(dataDirectory, 'backups', stamp) : resolve(repositoryRoot, name)
  const isRunning = recordedProcess(join(dataDirectory, 'run/stack.json')) !== undefined
  if (isRunning) return backUp({ directory: placesIn(dataDirectory), target, say })

  const directory = claimDataDirectory(dataDirectory)
  try {
    const servers = await startServers(process.env, directory, createChildProcesses(), say)
    try {
      await backUp({ directory, target, say })
    } finally {
      await servers.stop()
    }
  } finally {
    directory.release()
  }
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof UserFacingError || error instanceof SettingsError ? error.message : error)
  process.exitCode = 1
}
