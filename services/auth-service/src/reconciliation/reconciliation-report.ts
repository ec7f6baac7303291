import type { CarriedOverAccounts } from './carry-over-accounts.ts'
import type { CarriedOverFeed } from './carry-over-feed.ts'
import type { CarriedOverSessions } from './carry-over-sessions.ts'

type Report = {
  readonly feed: CarriedOverFeed
  readonly accounts: CarriedOverAccounts
  readonly sessions: CarriedOverSessions
}

const listed = (heading: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${heading} (${names.length}):`, ...names.map((name) => `  ${name}`)]

/** What was carried over, and what nobody can know, in words for the operator. */
export function describeReconciliation({ feed, accounts, sessions }: Report): string[] {
  const unknown = [
    ...listed('  accounts made since, which are gone; their tokens are refused', accounts.unknown),
    ...listed('  accounts enabled since, disabled again as in the backup', accounts.enabledSince),
    ...listed(
      '  accounts whose password was changed since: neither the old one nor the new one works, send them a link to set one',
      accounts.withoutPassword,
    ),
    ...listed(
      '  accounts whose tokens were made void since, by a role that was taken away or a sign-out everywhere: check their roles',
      accounts.raised,
    ),
    ...listed('  roles and scopes narrowed since, as wide as in the backup: check them', feed.narrowings),
    ...listed(
      '  service clients that lost a scope since, with the scopes of the backup: check them',
      feed.narrowedClients,
    ),
  ]
  return [
    'Carried over from Redis:',
    ...listed('  accounts disabled', accounts.disabled),
    ...listed('  accounts erased', accounts.erased),
    `  sessions: ${sessions.ended} had ended, ${sessions.opened} were opened since and go on, ${sessions.revoked} ended now`,
    ...listed('  keys revoked', feed.keys),
    ...listed('  service clients deleted', feed.deletedClients),
    ...(feed.tokens > 0 ? [`  revoked tokens of service clients: ${feed.tokens}`] : []),
    "What can't be known:",
    ...(unknown.length > 0 ? unknown : ['  Redis names no account that differs in more than that.']),
    '  In general: names, addresses, roles, settings of clients and the audit trail are as in the backup; service clients and secrets made since are gone.',
  ]
}
