import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Administrator } from './banner.ts'
import type { LogRecord } from './services/log-lines.ts'

export type AdministratorTracker = {
  /** Takes in a record of auth-service's log. */
  update(record: LogRecord): void
  /** What to print now; a new password only once. */
  take(): Administrator
  /** Whether there is a new password that was not printed yet. */
  hasNewPassword(): boolean
}

/**
 * Finds out from auth-service's log whether it has just created the first administrator. The e-mail is noted for later
 * runs, the password is not.
 *
 * @param newPassword the password that auth-service was given; undefined where the person set it and knows it
 */
export function trackAdministrator(dataDirectory: string, newPassword: string | undefined): AdministratorTracker {
  const note = join(dataDirectory, 'administrator')
  let email = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined
  let unprinted: string | undefined
  return {
    update(record) {
      if (record.event !== 'administrator_created' || typeof record.email !== 'string') return
      email = record.email
      writeFileSync(note, `${email}\n`)
      unprinted = newPassword
    },
    take() {
      const taken = { email, newPassword: unprinted }
      unprinted = undefined
      return taken
    },
    hasNewPassword: () => unprinted !== undefined,
  }
}
