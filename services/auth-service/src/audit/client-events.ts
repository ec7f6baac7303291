import type { NewAuditEvent } from './audit-event.ts'
import { type Change, changed } from './change.ts'

// Of service clients and keys; see security-events.ts.

export const clientCreated = (clientId: string, scopes: readonly string[]): NewAuditEvent => ({
  type: 'client_created',
  subjectId: clientId,
  details: { scopes },
})

export const clientUpdated = ({
  clientId,
  before,
  after,
}: { readonly clientId: string } & Change<readonly string[]>): NewAuditEvent[] =>
  changed({ before: { scopes: [...before].sort() }, after: { scopes: [...after].sort() } }).map(
    ({ names, ...values }) => ({
      type: 'client_updated',
      subjectId: clientId,
      details: { changed: names, ...values },
    }),
  )

export const clientSecretCreated = (clientId: string, secretId: string): NewAuditEvent => ({
  type: 'client_secret_created',
  subjectId: clientId,
  details: { secretId },
})

/** @param clientId of the client that can't sign in with it any more */
export const clientSecretDeleted = (clientId: string, secretId: string): NewAuditEvent => ({
  type: 'client_secret_deleted',
  subjectId: clientId,
  details: { secretId },
})

export const clientDeleted = (clientId: string): NewAuditEvent => ({ type: 'client_deleted', subjectId: clientId })

export const keyRevoked = (kid: string): NewAuditEvent => ({ type: 'key_revoked', subjectId: kid })

/** Without what was typed. @param clientId null for a client that does not exist */
export const clientAuthenticationFailed = (clientId: string | null): NewAuditEvent => ({
  type: 'client_authentication_failed',
  outcome: 'failure',
  subjectId: clientId,
  details: { why: clientId === null ? 'unknown_client' : 'wrong_secret' },
})
