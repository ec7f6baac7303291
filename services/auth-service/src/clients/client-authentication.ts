import type { Scope } from '@latchkey/access-token'
import type { SignInLimiter } from '../users/sign-in-limiter.ts'
import type { ClientService } from './client-service.ts'

export type ClientAuthentication = {
  /** Scopes of the client; undefined for an unknown client and a wrong secret alike. @throws `too_many_requests` */
  authenticate(credentials: { clientId: string; secret: string }, address: string): Promise<Scope[] | undefined>
}

/** Guesses at secrets are counted as guesses at passwords are, per client and address and per address. */
export function createClientAuthentication(clients: ClientService, limiter: SignInLimiter): ClientAuthentication {
  return {
    async authenticate({ clientId, secret }, address) {
      const scopes = await clients.authenticate(clientId, secret)
      // Only failures are counted: a client that asks often is no guesser, and one that guesses elsewhere does not shut it out.
      if (!scopes) await limiter.begin({ accountName: `client:${clientId}`, address })
      return scopes
    },
  }
}
