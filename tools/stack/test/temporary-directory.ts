import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A directory that goes away with the test, inside that of the test run if there is one. */
export function temporaryDirectory(t: Test): string {
  const directory = mkdtempSync(join(process.env.LATCHKEY_TEST_DIRECTORY ?? tmpdir(), 'stack-'))
  mkdirSync(join(directory, 'run'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
