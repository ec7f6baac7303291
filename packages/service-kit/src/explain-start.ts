import { SettingsError } from './settings/settings-error.ts'

const PLAIN: Record<string, (where: string) => string> = {
  EADDRINUSE: (where) => `${where} is taken by another process`,
  EACCES: (where) => `${where} may not be opened by this user`,
  EADDRNOTAVAIL: (where) => `${where} can not be opened: HOST is not an address of this machine`,
}

/** Why a service did not start, for the person in front of the console: a stack only where nothing else would help. */
export function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return 'could not start'
  if (error instanceof SettingsError) return error.message
  if (!('code' in error) || typeof error.code !== 'string') return error.stack ?? error.message
  const where = 'port' in error ? `port ${error.port}` : 'the port'
  return PLAIN[error.code]?.(where) ?? `could not start: ${messagesOf(error)} (${error.code})`
}

/** A refused connection to a name with several addresses says so in its parts only. */
function messagesOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message
  return error.errors.map((each) => (each instanceof Error ? each.message : 'unknown')).join(', ')
}
