export { createHttpClient, type HttpClient, type HttpRequest, type HttpResponse } from './http-client.ts'
export {
  type ChildProcesses,
  createChildProcesses,
  type Exit,
  lastLines,
  type RunningProcess,
} from './processes/child-processes.ts'
export { canInstallPackages, installPackage, installServerPackage, runDetached } from './processes/debian-package.ts'
export { freePort, listenFault } from './processes/free-port.ts'
export { type NodeServer, startNodeServer } from './processes/node-server.ts'
export { onPath } from './processes/on-path.ts'
export { type NodeCommand, plainNode } from './processes/plain-node.ts'
export { claimRecord, recordedProcess } from './processes/process-record.ts'
export { stopLeftover } from './processes/stop-leftover.ts'
export { createRandom, type Random } from './random.ts'
export { createScope, type Scope } from './scope.ts'
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from './servers/embedded-postgres.ts'
export { type EmbeddedRedis, type RedisOptions, startRedis } from './servers/embedded-redis.ts'
export { backUpPostgres } from './servers/postgres-backup.ts'
export { ensureDatabase, ensureOwnedDatabase } from './servers/postgres-databases.ts'
export { postgresMajor, restorePostgres } from './servers/postgres-restore.ts'
export { backUpRedis, restoreRedis } from './servers/redis-backup.ts'
export { redisProgram } from './servers/redis-program.ts'
export { type RedisPasswords, type RedisUser, redisUrlFor, redisUserLines } from './servers/redis-users.ts'
export { type Row, runSql } from './servers/run-sql.ts'
export { poll, sleep } from './sleep.ts'
export { type TestScope, temporaryDirectory } from './temporary-directory.ts'
export { type Told, untilDecided } from './until-decided.ts'
export { UserFacingError } from './user-facing-error.ts'
