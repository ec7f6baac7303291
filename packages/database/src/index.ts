export { createDatabase, type Database, type DatabaseOptions } from './create-database.ts'
export { currentSchema, type MigrateOptions, migrate } from './migrate.ts'
export { PooledKysely } from './pooled-kysely.ts'
export { isCheckViolation, isForeignKeyViolation, isUnavailable, isUniqueViolation } from './postgres-errors.ts'
