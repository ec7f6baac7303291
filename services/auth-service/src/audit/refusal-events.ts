import type { NewAuditEvent } from './audit-event.ts'

// Of requests that were refused, whatever they were for; see security-events.ts.

type Refused = {
  /** The route's own name, such as `list_users`. */
  readonly operation: string
}

/** The actor has authenticated, and may not do this. @param why the code of the answer */
export const accessDenied = ({
  operation,
  why,
  userId,
}: Refused & { readonly why: string; readonly userId: string | null }): NewAuditEvent => ({
  type: 'access_denied',
  outcome: 'failure',
  subjectId: userId,
  details: { operation, why },
})

/** @param origin of the page that sent the request, unchecked */
export const csrfRejected = ({
  operation,
  origin,
}: Refused & { readonly origin: string | undefined }): NewAuditEvent => ({
  type: 'csrf_rejected',
  outcome: 'failure',
  details: { operation, ...(origin !== undefined && { origin: shownOrigin(origin) }) },
})

const shownOrigin = (origin: string): string =>
  origin === 'null' ? origin : (URL.parse(origin)?.origin.slice(0, 200) ?? 'invalid')

export const rateLimited = ({ operation }: Refused): NewAuditEvent => ({
  type: 'rate_limited',
  outcome: 'failure',
  details: { operation },
})

/** A link that is used, old, withdrawn or none of ours. */
export const linkRefused = ({ operation }: Refused): NewAuditEvent => ({
  type: 'link_refused',
  outcome: 'failure',
  details: { operation },
})
