import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createChildProcesses, recordedProcess, UserFacingError } from '@latchkey/harness'
import { SettingsError } from '@latchkey/service-kit/settings'
import { migrateDatabases } from './migrate-databases.ts'
import { adminProgram } from './services/service.ts'
import type { EmbeddedAddresses } from './services/service-environment.ts'
import { claimDataDirectory } from './settings/data-directory.ts'
import { notedPublicAddress } from './settings/public-address.ts'
import { secretFiles } from './settings/secret-source.ts'
import { type Environment, isGiven, readStackSettings } from './settings/stack-settings.ts'
import { startServers } from './start-servers.ts'

// `npm run admin`: auth-service's commands for operators, on the databases that the environment names, else on those of `npm start`,
// which need not run.

// Servers that were started for the command stop after it, whatever ends it.
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

/** Runs the program and returns its exit code. */
async function runProgram(args: readonly string[], environment: Environment): Promise<number> {
  if (stop.signal.aborted) return 1
  const child = spawn(process.execPath, [adminProgram, ...args], { env: environment, stdio: 'inherit' })
  stop.signal.addEventListener('abort', () => child.kill())
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}

async function onOwnServers(args: readonly string[]): Promise<number> {
  const { dataDirectory } = readStackSettings(process.env)
  const run = join(dataDirectory, 'run')
  if (!existsSync(join(dataDirectory, 'postgres/data'))) {
    throw new UserFacingError(
      `There is no database in ${dataDirectory} yet. Run \`npm start\` first, or name one by DATABASE_URL.`,
    )
  }
  const addresses = (): Environment => ({
    ...process.env,
    ...addressesIn(run),
    ...notedPublicAddress(run, process.env),
  })
  if (recordedProcess(join(run, 'stack.json')) !== undefined) return runProgram(args, addresses())

  const directory = claimDataDirectory(dataDirectory)
  try {
    const servers = await startServers(process.env, directory, createChildProcesses(), console.error)
    try {
      await migrateDatabases(ownedBy(servers.addresses), console.error)
      const secrets = secretFiles(directory)
      for (const [name, file] of Object.entries(FILES)) {
        const value = servers.addresses[file.address]
        if (value !== undefined && !isGiven(process.env, name)) secrets.ofThisRun(file.name, value)
      }
      const code = await runProgram(args, addresses())
      if (code === 0 && args.includes('reset-password')) console.error('It opens once `npm start` runs again.')
      return code
    } finally {
      await servers.stop()
    }
  } finally {
    directory.release()
  }
}

/** A run of an older version may have left them: then the service's own role can read nothing. */
const ownedBy = (addresses: EmbeddedAddresses): Environment => ({
  DATABASE_URL: addresses.databaseUrl,
  MIGRATION_DATABASE_URL: addresses.ownerUrl,
  ...(!isGiven(process.env, 'EMPLOYEE_DATABASE_URL') && {
    EMPLOYEE_DATABASE_URL: addresses.employeeDatabaseUrl,
    EMPLOYEE_MIGRATION_DATABASE_URL: addresses.employeeOwnerUrl,
  }),
})

/** Where a run of the stack writes the addresses of its own servers. */
const FILES = {
  DATABASE_URL: { name: 'auth-database-url', address: 'databaseUrl' },
  EMPLOYEE_DATABASE_URL: { name: 'employee-database-url', address: 'employeeDatabaseUrl' },
  REDIS_URL: { name: 'redis-url', address: 'redisUrl' },
} as const

function addressesIn(run: string): Environment {
  const found: Environment = {}
  for (const [name, file] of Object.entries(FILES)) {
    const path = join(run, file.name)
    if (!isGiven(process.env, name) && existsSync(path)) found[`${name}_FILE`] = path
  }
  return found
}

try {
  const args = process.argv.slice(2)
  // Without a command it says what there is, and needs nothing for that.
  const needsServers = args.length > 0 && !args.includes('--help') && !isGiven(process.env, 'DATABASE_URL')
  process.exitCode = needsServers ? await onOwnServers(args) : await runProgram(args, process.env)
} catch (error) {
  const isPlain = error instanceof UserFacingError || error instanceof SettingsError
  console.error(isPlain ? error.message : error)
  process.exitCode = 1
}
