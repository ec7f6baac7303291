import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserFacingError } from '@latchkey/harness'
import { SettingsError } from '@latchkey/service-kit/settings'
import { type RestoredPart, restore } from './backups/restore.ts'
import { claimDataDirectory } from './settings/data-directory.ts'
import { readStackSettings, repositoryRoot } from './settings/stack-settings.ts'

// `npm run restore -- DIRECTORY`: puts a backup in place of the data of `npm start`, which must not run.

const USAGE = 'npm run restore -- DIRECTORY [--only postgres | --only redis]'

function parse(args: readonly string[]): { backup: string; parts: readonly RestoredPart[] } {
  const options = { only: { type: 'string' } } as const
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options })
    const [backup, ...more] = positionals
    const { only } = values
    if (backup !== undefined && more.length === 0) {
      if (only === undefined) return { backup, parts: ['postgres', 'redis'] }
      if (only === 'postgres' || only === 'redis') return { backup, parts: [only] }
    }
  } catch {
    // Said below.
  }
  throw new UserFacingError(USAGE)
}

const AFTERWARDS = {
  both: 'Next: `npm start`. What was done since the backup is not known to anybody any more.',
  postgres: 'Next: `npm start`, which serves nothing until you have run `npm run admin -- reconcile`.',
  redis: 'Next: `npm start`, which brings Redis up to date.',
}

try {
  const { backup, parts } = parse(process.argv.slice(2))
  const { dataDirectory } = readStackSettings(process.env)
  const directory = claimDataDirectory(dataDirectory, { isRestoring: true })
  try {
    const restored = await restore({ directory, backup: resolve(repositoryRoot, backup), parts, say: console.error })
    console.error(AFTERWARDS[restored.length > 1 ? 'both' : (restored[0] ?? 'both')])
  } finally {
    directory.release()
  }
} catch (error) {
  console.error(error instanceof UserFacingError || error instanceof SettingsError ? error.message : error)
  process.exitCode = 1
}
