import { createDatabase, type Database } from '@latchkey/database'
import type { AuthSchema } from './auth-database.ts'

type OpenOptions = {
  readonly url: string
  /** Most connections at a time. */
  readonly poolSize: number
  readonly schema?: string | undefined
  /** Gets connections lost while idle; the pool replaces them. */
  readonly onError: (error: Error) => void
}

/** A pool of connections, made on first use. */
export function openDatabase({ schema, ...options }: OpenOptions): Database<AuthSchema> {
  return createDatabase<AuthSchema>({
    ...options,
    applicationName: 'auth-service',
    ...(schema !== undefined && { schema }),
  })
}
