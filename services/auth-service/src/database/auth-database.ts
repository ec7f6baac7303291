import type { Kysely, Transaction } from 'kysely'
import type { UserTable } from '../users/user-table.ts'

export type AuthSchema = { users: UserTable }
export type AuthDatabase = Kysely<AuthSchema>
export type AuthTransaction = Transaction<AuthSchema>
