import type { Scope } from '@latchkey/access-token'
import type { ClientGuessLimiter } from './client-guess-limiter.ts'
import type { ClientService } from './client-service.ts'

export type ClientAuthentication = {
  /** Scopes of the client; undefined for an unknown client and a wrong secret alike. @throws `too_many_requests` */
  authenticate(credentials: { clientId: string; secret: string }, address: string): Promise<Scope[] | undefined>
}

/** Only failures are counted: a client that asks often is no guesser. */
export function createClientAuthentication(clients: ClientService, limiter: ClientGuessLimiter): ClientAuthentication {
  return {
    async authenticate({ clientId, secret }, address) {
      await limiter.assertMayTry({ clientId, address })
      const scopes = await clients.authenticate(clientId, secret)
      if (!scopes) await limiter.failed({ clientId, address })
      return scopes
    },
  }
}
