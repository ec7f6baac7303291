export { answerWithin } from './answer-within.ts'
export { createDatabase, type Database, type DatabaseOptions } from './create-database.ts'
export { currentSchema, migrate, type ReversibleMigration } from './migrate.ts'
export { isCheckViolation, isForeignKeyViolation, isUnavailable, isUniqueViolation } from './postgres-errors.ts'
