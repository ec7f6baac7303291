import type { Role } from '@latchkey/access-token'
import type { ColumnType, Generated, Selectable } from 'kysely'
import type { User, UserStatus } from './user.ts'

export type UserTable = {
  id: string
  email: string
  /** What makes an e-mail address unique: NFKC, lower case. */
  email_key: string
  username: string
  username_key: string
  full_name: string | null
  password_hash: string
  password_changed_at: ColumnType<Date, Date | undefined, Date>
  roles: Role[]
  status: ColumnType<UserStatus, UserStatus | undefined, UserStatus>
  token_version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  /** Made by Postgres of what a search looks in. */
  search: ColumnType<string, never, never>
}

/** A user with what only this service may know. */
export type Account = {
  readonly user: User
  readonly tokenVersion: number
  readonly passwordHash: string
  readonly passwordChangedAt: Date
}

/** The form in which e-mail addresses and user names are compared. */
export const uniqueKey = (name: string): string => name.normalize('NFKC').toLowerCase()

export function toAccount(row: Selectable<UserTable>): Account {
  return {
    user: {
      id: row.id,
      email: row.email,
      username: row.username,
      fullName: row.full_name,
      roles: row.roles,
      status: row.status,
      createdAt: row.created_at.toISOString(),
    },
    tokenVersion: row.token_version,
    passwordHash: row.password_hash,
    passwordChangedAt: row.password_changed_at,
  }
}
