import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Administrator } from './banner.ts'
import type { LogRecord } from './services/log-lines.ts'
import { type Environment, isGiven } from './settings/stack-settings.ts'

export type AdministratorNews = {
  /** Reads along in auth-service's log. */
  hear(record: LogRecord): void
  /** What to print now; the password at most once. */
  tell(): Administrator
  /** Whether there is a password that nobody has seen yet. */
  hasNews(): boolean
}

/**
 * Learns from auth-service's log whether it has just made the first administrator with the password we gave it. The
 * e-mail is noted for later runs, the password is not.
 */
export function administratorNews(
  dataDirectory: string,
  environment: Environment,
  password: string,
): AdministratorNews {
  const note = join(dataDirectory, 'administrator')
  let email = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined
  let untold: string | undefined
  return {
    hear(record) {
      if (record.event !== 'administrator_created' || typeof record.email !== 'string') return
      email = record.email
      writeFileSync(note, `${email}\n`)
      // Whoever chose it knows it.
      if (!isGiven(environment, 'ADMIN_PASSWORD')) untold = password
    },
    tell() {
      const newPassword = untold
      untold = undefined
      return { email, newPassword }
    },
    hasNews: () => untold !== undefined,
  }
}
