import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { UserFacingError } from '@latchkey/harness'
import { readKeysOptions } from './keys/options.ts'
import { revoke } from './keys/revoke.ts'
import { writeRingFile } from './keys/ring-file.ts'
import { createEntry } from './keys/ring-text.ts'
import { rotate, show } from './keys/rotate.ts'
import { newKid } from './keys/rotation.ts'
import { repositoryRoot } from './settings/stack-settings.ts'

// `npm run keys`.

/** The settings of the compose stack. */
function settingsFile(): NodeJS.Dict<string> {
  const file = join(repositoryRoot, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

try {
  const environment = { ...settingsFile(), ...process.env }
  const options = readKeysOptions(process.argv.slice(2), environment)
  const { command, file, algorithm } = options
  if (command === 'show') show(options, console.log)
  if (command === 'rotate') await rotate(options, console.log)
  if (command === 'revoke') await revoke(options, console.log)
  if (command === 'create') {
    if (existsSync(file)) throw new UserFacingError(`${file} is there already.`)
    writeRingFile(file, { algorithm, entries: [createEntry(algorithm, newKid({ entries: [] }, new Date()))] })
    console.log(`Created ${file} with one key for ${algorithm}.`)
  }
} catch (error) {
  console.error(error instanceof UserFacingError ? error.message : error)
  process.exitCode = 1
}
