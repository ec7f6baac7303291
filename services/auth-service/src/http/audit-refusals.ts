import { UUID } from '@latchkey/problems'
import type { AppInstance } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/create-audit.ts'
import { accessDenied, csrfRejected, linkRefused, rateLimited } from '../audit/refusal-events.ts'
import { registrationRefused } from '../audit/security-events.ts'
import { clientContext } from './client-context.ts'

type Refusal = { readonly operation: string; readonly code: string; readonly request: FastifyRequest }

const denied = ({ operation, code, request }: Refusal): NewAuditEvent =>
  accessDenied({ operation, why: code, userId: userInPath(request) })
const notRegistered = ({ operation, code }: Refusal): NewAuditEvent | undefined =>
  operation === 'register' ? registrationRefused(code) : undefined

/**
 * The event of each refusal that is known by its code, on whatever route. Refusals of which the domain knows more are recorded
 * there: passwords and client secrets, with the account. A missing or dead token is none: it is logged and counted by the metrics.
 */
const EVENTS: Readonly<Record<string, (refusal: Refusal) => NewAuditEvent | undefined>> = {
  insufficient_scope: denied,
  exceeds_own_scopes: denied,
  unauthorized_client: denied,
  invalid_scope: denied,
  csrf_rejected: ({ operation, request }) => csrfRejected({ operation, origin: request.headers.origin }),
  too_many_requests: ({ operation }) => rateLimited({ operation }),
  invalid_link: ({ operation }) => linkRefused({ operation }),
  registration_closed: notRegistered,
  domain_not_allowed: notRegistered,
  email_taken: notRegistered,
  username_taken: notRegistered,
}

/** A caller may be refused before the path is validated. */
function userInPath({ params }: FastifyRequest): string | null {
  if (typeof params !== 'object' || params === null || !('userId' in params)) return null
  return typeof params.userId === 'string' && UUID.test(params.userId) ? params.userId : null
}

/** Records in the audit trail that a request was refused, once, when its answer is sent. Comes before the routes. */
export function auditRefusals(app: AppInstance, audit: AuditTrail): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { failure } = request
    if (failure !== null && reply.statusCode < 500) {
      const code = reply.statusCode === 429 ? 'too_many_requests' : failure.code
      const operation = request.routeOptions.config.operation ?? 'unknown'
      const event = Object.hasOwn(EVENTS, code) ? EVENTS[code]?.({ operation, code, request }) : undefined
      if (event) audit.refuse(clientContext(request), event)
    }
    done(null, payload)
  })
}
