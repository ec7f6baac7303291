import type { Origin } from '../audit/audit-event.ts'
import type { ClientService } from '../clients/client-service.ts'
import type { SessionService } from '../sessions/session-service.ts'
import type { LiveBearer } from './live-bearer.ts'

type Services = { readonly clients: ClientService; readonly sessions: SessionService }

/** Revokes an access token for its holder: a user's with its session, a service client's alone. */
export async function revokeBearer(
  { claims, session }: LiveBearer,
  origin: Origin,
  { clients, sessions }: Services,
): Promise<void> {
  if (session) await sessions.signOutOf(session.key, origin)
  else await clients.revokeToken(claims)
}
