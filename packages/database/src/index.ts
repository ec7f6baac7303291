export { answerWithin } from './answer-within.ts'
export { openChangeFeed } from './change-feed.ts'
export { createDatabase, type Database, type DatabaseOptions } from './create-database.ts'
export { DatabaseFault } from './database-fault.ts'
export {
  currentSchema,
  /** @public Tests migrate without a service. */
  migrate,
  type ReversibleMigration,
} from './migrate.ts'
export { migrateAsOwner } from './migrate-as-owner.ts'
export { missingMigrations } from './missing-migrations.ts'
export { isCheckViolation, isForeignKeyViolation, isUnavailable, isUniqueViolation } from './postgres-errors.ts'
export {
  type DatabaseAddress,
  type PreparedDatabase,
  prepareDatabase,
} from './prepare-database.ts'
