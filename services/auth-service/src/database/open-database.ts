import { createDatabase, type Database, type PreparedDatabase } from '@latchkey/database'
import type { AuthSchema } from './auth-database.ts'

type OpenOptions = PreparedDatabase['connection'] & {
  /** Most connections at a time. */
  readonly poolSize: number
  /** Gets connections lost while idle; the pool replaces them. */
  readonly onError: (error: Error) => void
}

/** A pool of connections, made on first use. */
export const openDatabase = (options: OpenOptions): Database<AuthSchema> =>
  createDatabase<AuthSchema>({ ...options, applicationName: 'auth-service' })
