import { fileURLToPath } from 'node:url'
import { createChildProcesses, plainNode, type RunningProcess } from '@latchkey/test-kit'
import type { Config } from '../../src/index.ts'
import { KEYS } from './employee-app.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The service in a process of its own, which a test can kill. */
export function startWorker({ database, revocations, auth, listening }: Config): RunningProcess {
  const url = new URL(database.url)
  url.searchParams.set('options', `-c search_path=${database.schema}`)
  return createChildProcesses().start({
    name: 'employee-service',
    ...plainNode([MAIN], {
      EMPLOYEE_DATABASE_URL: url.href,
      ACCESS_TOKEN_SECRET: KEYS,
      REDIS_URL: revocations.redisUrl,
      AUTH_URL: auth.baseUrl,
      EMPLOYEE_CLIENT_SECRET: auth.clientSecret,
      EMPLOYEE_PORT: String(listening.address.port),
      EMPLOYEE_OPERATIONS_PORT: 'off',
    }),
    cwd: process.cwd(),
    output: 'stderr',
    stopSignal: 'SIGTERM',
    graceMs: 12_000,
  })
}
