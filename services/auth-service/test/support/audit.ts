import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { administratorOf, type startAuthService, type TestService } from './auth-service.ts'

type Scope = Parameters<typeof startAuthService>[0]

/** An entry as `GET /admin/audit` answers it. */
export type Entry = {
  id: string
  at: string
  lastAt: string
  count: number
  type: string
  outcome: string
  actorId: string | null
  subjectId: string | null
  deviceId: string | null
  ip: string | null
  userAgent: string | null
  requestId: string | null
  callerRequestId: string | null
  details: Record<string, unknown>
}

/** Reads the trail as the first administrator, who is signed in once. */
export async function trailOf(auth: TestService) {
  const asAdmin = await administratorOf(auth)
  return async (query: Record<string, string> = {}): Promise<Entry[]> => {
    const response = await asAdmin('GET', `/admin/audit?${new URLSearchParams({ limit: '100', ...query })}`)
    if (response.statusCode !== 200) throw new Error(`the trail answered ${response.statusCode}: ${response.body}`)
    return response.json().items
  }
}

/** How many refusals the entries are. */
export const refusalsIn = (entries: readonly Entry[]): number => entries.reduce((sum, { count }) => sum + count, 0)

/** The tables themselves, as the service's own role reaches them. */
export function databaseOf(t: Scope, { environment: { databaseUrl: url, schema } }: TestService) {
  const database = createDatabase<AuthSchema>({ url, schema, poolSize: 2, ...NO_HURRY })
  t.teardown(database.close)
  return database.db
}
