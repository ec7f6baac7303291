import { existsSync } from 'node:fs'
import { UserFacingError } from '@latchkey/harness'
import type { Environment } from '../settings/stack-settings.ts'
import { readKeysOptions } from './options.ts'
import { revoke } from './revoke.ts'
import { writeRingFile } from './ring-file.ts'
import { createEntry } from './ring-text.ts'
import { rotate, show } from './rotate.ts'
import { newKid } from './rotation.ts'

/**
 * What `npm run keys -- …` does.
 *
 * @throws UserFacingError with the usage, or with what failed
 */
export async function runKeys(
  argv: readonly string[],
  environment: Environment,
  say: (text: string) => void,
): Promise<void> {
  const options = readKeysOptions(argv, environment)
  const { command, file, algorithm } = options
  if (command === 'show') show(options, say)
  if (command === 'rotate') await rotate(options, say)
  if (command === 'revoke') await revoke(options, say)
  if (command === 'create') {
    if (existsSync(file)) throw new UserFacingError(`${file} is there already.`)
    writeRingFile(file, { algorithm, entries: [createEntry(algorithm, newKid({ entries: [] }, new Date()))] })
    say(`Created ${file} with one key for ${algorithm}.`)
  }
}
