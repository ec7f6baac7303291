import { SettingsError } from './settings/settings-error.ts'

const PLAIN: Record<string, (where: string) => string> = {
  EADDRINUSE: (where) => `${where} is in use by another process`,
  EACCES: (where) => `${where} needs more privileges than this user has`,
  EADDRNOTAVAIL: (where) => `${where} cannot be opened: HOST is not an address of this machine`,
}

/** Why a service did not start, for people: with a stack only where no message explains it. */
export function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return 'could not start'
  if (error instanceof SettingsError) return error.message
  if (!('code' in error) || typeof error.code !== 'string') return error.stack ?? error.message
  const where = 'port' in error ? `port ${error.port}` : 'the port'
  return PLAIN[error.code]?.(where) ?? `could not start: ${messagesOf(error)} (${error.code})`
}

/** An AggregateError of several addresses has its messages in its parts only. */
function messagesOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message
  return error.errors.map((each) => (each instanceof Error ? each.message : 'unknown')).join(', ')
}
