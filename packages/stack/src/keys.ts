import { existsSync } from 'node:fs'
import { readKeysOptions } from './keys/options.ts'
import { revoke } from './keys/revoke.ts'
import { writeRingFile } from './keys/ring-file.ts'
import { createEntry } from './keys/ring-text.ts'
import { rotate, show } from './keys/rotate.ts'
import { kidOf } from './keys/rotation.ts'
import { StackError } from './stack-error.ts'

// `npm run keys`.

try {
  const options = readKeysOptions(process.argv.slice(2), process.env)
  const { command, file, algorithm } = options
  if (command === 'show') show(options, console.log)
  if (command === 'rotate') await rotate(options, console.log)
  if (command === 'revoke') await revoke(options, process.env, console.log)
  if (command === 'create') {
    if (existsSync(file)) throw new StackError(`${file} is there already.`)
    writeRingFile(file, { algorithm, entries: [createEntry(algorithm, kidOf(new Date()))] })
    console.log(`Made ${file} with one key for ${algorithm}.`)
  }
} catch (error) {
  console.error(error instanceof StackError ? error.message : error)
  process.exitCode = 1
}
