import { redisUrlFor } from '@latchkey/test-kit'
import { runCommand } from '../../src/command-line/run-command.ts'
import type { TestService } from './auth-service.ts'

export type CommandResult = {
  readonly code: number
  /** What was printed, and what was noted beside it. */
  readonly printed: readonly string[]
  readonly noted: string
}

/** Runs a command of the operator on the database and the Redis of this service, under settings that differ in these. */
export async function runOn(
  { environment: { databaseUrl, schema, redisUrl, redisPrefix } }: Pick<TestService, 'environment'>,
  args: readonly string[],
  settings: Record<string, string | undefined> = {},
): Promise<CommandResult> {
  const printed: string[] = []
  const noted: string[] = []
  const code = await runCommand({
    args,
    environment: { DATABASE_URL: databaseUrl, REDIS_URL: redisUrlFor('auth-service', redisUrl), ...settings },
    schema,
    redisPrefix,
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
  })
  return { code, printed, noted: noted.join('\n') }
}
