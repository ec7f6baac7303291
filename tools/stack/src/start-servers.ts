import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildProcesses } from '@latchkey/harness'
import {
  type EmbeddedPostgres,
  type EmbeddedRedis,
  ensureOwnedDatabase,
  type PostgresOptions,
  type RedisOptions,
  type RedisUser,
  redisProgram,
  redisUrlFor,
  startPostgres,
  startRedis,
} from '@latchkey/harness'
import { keepRunning } from './services/keep-running.ts'
import type { EmbeddedAddresses } from './services/service-environment.ts'
import type { DataDirectory } from './settings/data-directory.ts'
import { keptSecret } from './settings/kept-secret.ts'
import { type Environment, isGiven } from './settings/stack-settings.ts'

export type StartedServers = { addresses: EmbeddedAddresses; stop(): Promise<void> }

/** Starts the servers for which the environment has no address, in parallel, and keeps them running. */
export async function startServers(
  environment: Environment,
  directory: DataDirectory,
  processes: ChildProcesses,
  say: (line: string) => void,
): Promise<StartedServers> {
  const needsPostgres = !isGiven(environment, 'DATABASE_URL') || !isGiven(environment, 'EMPLOYEE_DATABASE_URL')
  const needsRedis = !isGiven(environment, 'REDIS_URL')
  const names = [...(needsPostgres ? ['Postgres'] : []), ...(needsRedis ? ['Redis'] : [])]
  if (names.length > 0) say(`starting ${names.join(' and ')} in ${directory.path}`)

  const [postgres, redis] = await Promise.allSettled([
    needsPostgres ? startOwnPostgres(directory, processes, say) : undefined,
    needsRedis ? startOwnRedis(directory, processes, say) : undefined,
  ])
  const stop = async (): Promise<void> => {
    if (postgres.status === 'fulfilled') await postgres.value?.stop()
    if (redis.status === 'fulfilled') await redis.value?.stop()
  }
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stop()
    throw postgres.status === 'rejected' ? postgres.reason : (redis as PromiseRejectedResult).reason
  }
  return { addresses: { ...postgres.value?.addresses, ...redis.value?.addresses }, stop }
}

async function startOwnPostgres(directory: DataDirectory, processes: ChildProcesses, say: (line: string) => void) {
  const kept = keptPort(directory, 'postgres')
  const options: PostgresOptions = {
    processes,
    directory: directory.postgres,
    runDirectory: directory.run,
    superuserPassword: keptSecret(directory.secrets, 'postgres-superuser-password').value,
    port: kept.read(),
  }
  const server: EmbeddedPostgres = await startPostgres(options)
  kept.write(server.port)
  try {
    const ensure = (name: string) => {
      const passwordOf = (role: string) => keptSecret(directory.secrets, `${name}-${role}-password`).value
      const passwords = { password: passwordOf('database'), ownerPassword: passwordOf('owner') }
      return ensureOwnedDatabase(server, { name: `latchkey_${name}`, ...passwords })
    }
    const [auth, employee] = await Promise.all([ensure('auth'), ensure('employee')])
    const restart = () => startPostgres({ ...options, port: server.port, fixedPort: true })
    const addresses = {
      databaseUrl: auth.url,
      ownerUrl: auth.ownerUrl,
      employeeDatabaseUrl: employee.url,
      employeeOwnerUrl: employee.ownerUrl,
    }
    return { addresses, stop: keepServer('Postgres', server, restart, say) }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function startOwnRedis(directory: DataDirectory, processes: ChildProcesses, say: (line: string) => void) {
  const kept = keptPort(directory, 'redis')
  const passwordOf = (user: RedisUser): string => keptSecret(directory.secrets, `redis-${user}-password`).value
  const passwords = { 'auth-service': passwordOf('auth-service'), verifier: passwordOf('verifier') }
  const options: RedisOptions = {
    processes,
    program: await redisProgram(say),
    directory: directory.redis,
    runDirectory: directory.run,
    password: keptSecret(directory.secrets, 'redis-password').value,
    passwords,
    port: kept.read(),
  }
  const server: EmbeddedRedis = await startRedis(options)
  kept.write(server.port)
  const restart = () => startRedis({ ...options, port: server.port, fixedPort: true })
  const urlOf = (user: RedisUser): string => redisUrlFor(user, server.url, passwords[user])
  const addresses = { redisUrl: urlOf('auth-service'), employeeRedisUrl: urlOf('verifier') }
  return { addresses, stop: keepServer('Redis', server, restart, say) }
}

type Server = EmbeddedPostgres | EmbeddedRedis

// The services know the address: a restarted server keeps its port.
function keepServer(name: string, first: Server, restart: () => Promise<Server>, say: (line: string) => void) {
  const running = (server: Server) => ({ ended: server.process.exited, stop: () => server.stop() })
  const kept = keepRunning({ name, first: running(first), restart: async () => running(await restart()), report: say })
  return () => kept.stop()
}

/** The same port at every start if possible, for those who open the database by hand. */
function keptPort(directory: DataDirectory, name: string) {
  const file = join(directory.run, `${name}.port`)
  return {
    read: (): number | undefined => (existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined),
    write: (port: number): void => writeFileSync(file, String(port)),
  }
}
