import { ListenError } from './listen.ts'
import { SettingsError } from './settings/settings-error.ts'

/** Why a service did not start, for people: with a stack only where no message explains it. */
export function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return 'could not start'
  if (error instanceof SettingsError || error instanceof ListenError) return error.message
  if (!('code' in error) || typeof error.code !== 'string') return error.stack ?? error.message
  return `could not start: ${messagesOf(error)} (${error.code})`
}

/** An AggregateError of several addresses has its messages in its parts only. */
function messagesOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message
  return error.errors.map((each) => (each instanceof Error ? each.message : 'unknown')).join(', ')
}
