export { createHttpClient, type HttpClient, type HttpRequest, type HttpResponse } from './http-client.ts'
export { createEntry, type RingText, writeRing } from './keys/ring-text.ts'
export {
  type ChildProcesses,
  createChildProcesses,
  lastLines,
  type RunningProcess,
} from './processes/child-processes.ts'
export { freePort } from './processes/free-port.ts'
export { type NodeServer, startNodeServer } from './processes/node-server.ts'
export { stopLeftover } from './processes/stop-leftover.ts'
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from './servers/embedded-postgres.ts'
export { type EmbeddedRedis, type RedisOptions, startRedis } from './servers/embedded-redis.ts'
export { ensureDatabase } from './servers/postgres-databases.ts'
export { redisProgram } from './servers/redis-program.ts'
export { authService, employeeService, type Service, type ServiceName, serviceMain } from './services/service.ts'
export { type ServiceProcess, type ServiceProcessOptions, startService } from './services/service-process.ts'
export { waitUntilReady } from './services/wait-until-ready.ts'
export { poll, sleep } from './sleep.ts'
export { StackError } from './stack-error.ts'
