export {
  createChildProcesses,
  freePort,
  plainNode,
  type RunningProcess,
  redisUrlFor,
  runSql,
  type TestScope,
  untilDecided,
} from '@latchkey/harness'
export { browserProgram } from './browser-program.ts'
export { type CapturedLogs, captureLogs } from './capture-logs.ts'
export { connectRedis, flushAll, keysOf, mastersOf, type RedisClient } from './connect-redis.ts'
export { eventually } from './eventually.ts'
export {
  createHttpsClient,
  type HttpsAnswer,
  type HttpsCall,
  type HttpsClient,
  unexposedHeaders,
} from './https-client.ts'
export { type Nginx, type NginxServer, startNginx } from './nginx.ts'
export { NO_HURRY } from './no-hurry.ts'
export { type Pgbouncer, startPgbouncer } from './pgbouncer.ts'
export { poolerOfRun } from './pooler-of-run.ts'
export { postgresPair, untilServed } from './postgres-pair.ts'
export { type PrivatePostgres, privatePostgres } from './private-postgres.ts'
export { privateRedis } from './private-redis.ts'
export { privateRedisCluster, type RedisCluster } from './private-redis-cluster.ts'
export { privateRedisSentinels } from './private-redis-sentinels.ts'
export type { PrivateServer } from './private-server.ts'
export type { RedisNode } from './redis-node.ts'
export { statementsOfOwners } from './statements-of-owners.ts'
export { type Intercepted, type Interceptor, type RelayedChunk, type TcpRelay, tcpRelay } from './tcp-relay.ts'
export { type TestEnvironment, testEnvironment } from './test-environment.ts'
export { startTestServers } from './test-servers.ts'
export { type StartedService, untilReady } from './until-ready.ts'
