import { BadSetting, parseDurationMs } from '@latchkey/service-kit/settings'

const LEAST_MS = 30 * 24 * 3_600_000

/** How long entries stay, in milliseconds. @throws {BadSetting} below 30 days: what a month may bring to light needs its trail */
export function parseAuditRetention(text: string): number {
  const ms = parseDurationMs(text)
  if (ms < LEAST_MS) throw new BadSetting('must be at least 30d')
  return ms
}
