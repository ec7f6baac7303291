import type { Migration } from 'kysely/migration'
import { employees } from './0001-employees.ts'

/** In the order of their names; a published one never changes. */
export const migrations: Record<string, Migration> = {
  '0001-employees': employees,
}
