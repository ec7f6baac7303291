import { UserFacingError } from '@latchkey/harness'
import { migrateDatabases } from './migrate-databases.ts'

// `npm run migrate`: both databases, or the one whose owner is named, in the name of the roles that own them.

try {
  const count = await migrateDatabases(process.env, console.error)
  if (count === 0) {
    throw new UserFacingError(
      'Name the owner of a database by MIGRATION_DATABASE_URL or EMPLOYEE_MIGRATION_DATABASE_URL. `npm start` migrates its own by itself.',
    )
  }
  console.log(count === 1 ? 'The database is up to date.' : 'Both databases are up to date.')
} catch (error) {
  console.error(error instanceof UserFacingError ? error.message : error)
  process.exitCode = 1
}
