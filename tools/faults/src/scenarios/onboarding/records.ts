import { Redis } from 'ioredis'
import pg from 'pg'
import type { Pair } from './pair.ts'

// What is written after everything runs again, in both databases and in Redis.

export type EmployeeRecord = { readonly id: string; readonly status: string; readonly user_id: string | null }
export type OnboardingRecord = {
  readonly id: string
  readonly employee_id: string
  readonly state: string
  readonly user_id: string | null
  readonly has_job: boolean
  readonly last_error: string | null
}
export type OffboardingRecord = {
  readonly employee_id: string
  readonly state: string
  readonly user_id: string | null
  readonly last_error: string | null
}
export type AccountRecord = { readonly id: string; readonly email: string; readonly status: string }

export type Records = {
  readonly employees: readonly EmployeeRecord[]
  readonly onboardings: readonly OnboardingRecord[]
  readonly offboardings: readonly OffboardingRecord[]
  readonly accounts: readonly AccountRecord[]
  /** Ids of the accounts that have sessions in Redis. */
  readonly signedIn: ReadonlySet<string>
}

export type RecordReader = {
  /** Offboardings and onboardings that a worker has still to act on. */
  countPending(): Promise<number>
  read(): Promise<Records>
  close(): Promise<void>
}

/** A user's sessions are a hash; its field `u` is none. */
const SESSIONS = /user:\{([\w-]{36})\}$/

export function openRecords({ databaseUrls, redisUrl }: Pick<Pair, 'databaseUrls' | 'redisUrl'>): RecordReader {
  const auth = new pg.Pool({ connectionString: databaseUrls['auth-service'], max: 1 })
  const employee = new pg.Pool({ connectionString: databaseUrls['employee-service'], max: 1 })
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 })
  redis.on('error', () => {})

  async function rowsOf<Row>(pool: pg.Pool, text: string): Promise<Row[]> {
    return (await pool.query(text)).rows as Row[]
  }

  async function readSignedIn(): Promise<Set<string>> {
    const signedIn = new Set<string>()
    for await (const keys of redis.scanStream({ match: '*user:{*}', count: 1000 })) {
      for (const key of keys as string[]) {
        const [, userId] = SESSIONS.exec(key) ?? []
        if (userId !== undefined && (await redis.hkeys(key)).some((field) => field !== 'u')) signedIn.add(userId)
      }
    }
    return signedIn
  }

  return {
    async countPending() {
      const [row] = await rowsOf<{ count: number }>(
        employee,
        `select ((select count(*) from offboardings where state = 'pending')
          + (select count(*) from onboardings where state = 'pending'))::int as count`,
      )
      return row?.count ?? 0
    },

    async read() {
      const [employees, onboardings, offboardings, accounts, signedIn] = await Promise.all([
        rowsOf<EmployeeRecord>(employee, 'select id, status, user_id from employees'),
        rowsOf<OnboardingRecord>(
          employee,
          `select id, employee_id, state, user_id, last_error, exists (
            select 1 from public_jobs.job where name = 'onboarding' and singleton_key = onboardings.id::text
              and job.state in ('created', 'retry', 'active')) as has_job
          from onboardings`,
        ),
        rowsOf<OffboardingRecord>(employee, 'select employee_id, state, user_id, last_error from offboardings'),
        rowsOf<AccountRecord>(auth, 'select id, lower(email) as email, status from users'),
        readSignedIn(),
      ])
      return { employees, onboardings, offboardings, accounts, signedIn }
    },

    async close() {
      redis.disconnect()
      await Promise.all([auth.end(), employee.end()])
    },
  }
}
