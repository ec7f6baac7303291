import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { UserFacingError } from '@latchkey/harness'
import { runKeys } from './keys/run-keys.ts'
import { repositoryRoot } from './settings/stack-settings.ts'

// `npm run keys`.

/** The settings of the compose stack. */
function settingsFile(): NodeJS.Dict<string> {
  const file = join(repositoryRoot, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

try {
  await runKeys(process.argv.slice(2), { ...settingsFile(), ...process.env }, console.log)
} catch (error) {
  console.error(error instanceof UserFacingError ? error.message : error)
  process.exitCode = 1
}
