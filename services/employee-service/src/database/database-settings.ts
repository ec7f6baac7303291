/** The settings that say where the database is. */
export const DATABASE_SETTINGS = {
  url: 'EMPLOYEE_DATABASE_URL',
  sessionUrl: 'EMPLOYEE_SESSION_DATABASE_URL',
  /** Of the role that migrates; no service reads it. */
  owner: 'EMPLOYEE_MIGRATION_DATABASE_URL',
  migrate: 'npm run migrate (in images: node services/employee-service/dist/migrate.js)',
} as const
