import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The part of a tap test that cleaning up needs. Handlers run in reverse order. */
export type TestScope = { teardown(handler: () => Promise<void>): unknown }

/**
 * A directory that is removed when the test ends, inside that of the test run if there is one. Records of processes go to
 * `run` in it: there the test run finds them, should the test be killed.
 */
export function temporaryDirectory(t: TestScope, name: string): string {
  const directory = mkdtempSync(join(process.env.LATCHKEY_TEST_DIRECTORY ?? tmpdir(), `${name}-`))
  mkdirSync(join(directory, 'run'))
  t.teardown(async () => rmSync(directory, { recursive: true, force: true }))
  return directory
}
