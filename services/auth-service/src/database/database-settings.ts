/** The settings that say where the database is. */
export const DATABASE_SETTINGS = {
  url: 'DATABASE_URL',
  sessionUrl: 'SESSION_DATABASE_URL',
  /** Of the role that migrates; no service reads it. */
  owner: 'MIGRATION_DATABASE_URL',
  migrate: 'npm run migrate (in images: node services/auth-service/dist/migrate.js)',
} as const
