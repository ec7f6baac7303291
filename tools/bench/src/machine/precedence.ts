import { existsSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

const AUTOGROUP = '/proc/self/autogroup'

/**
 * Lets this process run before others of its core, where it may: it measures, and Postgres, at work on the same core, is not to hold its
 * clocks up. What it has started keeps its priority. Linux weighs sessions first where `sched_autogroup_enabled` is 1, and every process
 * of Postgres is a session.
 */
export function takePrecedence(): void {
  if (process.getuid?.() !== 0) return
  const { PRIORITY_HIGHEST } = constants.priority
  setPriority(PRIORITY_HIGHEST)
  if (existsSync(AUTOGROUP)) writeFileSync(AUTOGROUP, String(PRIORITY_HIGHEST))
}
