import { randomUUID } from 'node:crypto'
import { createDatabase } from '@latchkey/database'
import { NO_HURRY, type TestEnvironment } from '@latchkey/test-kit'
import { ADMIN_USERNAME } from '../../src/accounts/administrator-settings.ts'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { hasAdministrator } from '../../src/users/administrator-repository.ts'
import { createPasswordHasher } from '../../src/users/password-hasher.ts'
import type { UserStatus } from '../../src/users/user.ts'
import { insertAccount } from '../../src/users/user-repository.ts'

/** argon2id at its cheapest, and with time enough to wait for it: no test is about how long hashing takes. */
export const CHEAP_HASHING = { memoryKiB: 1024, passes: 2, maxWaitMs: 60_000 }
export const PASSWORD = 'violet-harbour-sings-7'

export type NewAccount = {
  readonly email?: string
  readonly username?: string
  readonly fullName?: string | null
  readonly password?: string
  readonly roles?: string[]
  /** `active` unless given; `invited` is without a password. */
  readonly status?: UserStatus
  /** Whether the address counts as verified; not unless given. */
  readonly isVerified?: boolean
  /** Whether it came by a registration; not unless given. */
  readonly isSelfRegistered?: boolean
}

/** Makes accounts without a call to the service: most tests need some, and are not about how people come in. */
export function accountsOf({ databaseUrl: url, schema }: TestEnvironment) {
  const database = createDatabase<AuthSchema>({ url, schema, poolSize: 1, ...NO_HURRY })
  const hasher = createPasswordHasher(CHEAP_HASHING)
  async function insert({
    username = `u-${randomUUID()}`,
    email = `${username}@example.test`,
    fullName = null,
    password = PASSWORD,
    roles = ['user'],
    status = 'active',
    isVerified = false,
    isSelfRegistered = false,
  }: NewAccount = {}) {
    const passwordHash = status === 'invited' ? null : await hasher.hash(password)
    const facts = { email, username, fullName, passwordHash, roles, status, isVerified, isSelfRegistered }
    return insertAccount(database.db, facts)
  }

  return {
    insert,
    /** As `ADMIN_PASSWORD` makes it, unless there is an administrator. */
    async insertAdministrator(account: { readonly email: string; readonly password: string }): Promise<void> {
      const administrator = { ...account, username: ADMIN_USERNAME, roles: ['admin'], isVerified: true }
      if (await hasAdministrator(database.db)) return
      // A service that starts together with this one may have been first.
      await insert(administrator).catch(async (error: unknown) => {
        if (!(await hasAdministrator(database.db))) throw error
      })
    },
    close: () => database.close(),
  }
}
