// Migrates the database and ends: `npm run migrate`, and in the image `node services/auth-service/dist/migrate.js`.
import { runTask } from '@latchkey/service-kit'
import { migrateDatabase } from './migration.ts'

await runTask({
  name: 'auth-service',
  done: 'the database is up to date',
  run: (log) => migrateDatabase({ environment: process.env, log }),
})
