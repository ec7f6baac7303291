import { defineProblems, edgeProblems, unavailable } from '@latchkey/service-kit'
import type { EndReason } from './sessions/session.ts'

/** What this service refuses, by its stable code. Titles and details are public; causes go to the log. */
export const problems = defineProblems({
  email_taken: { status: 409, title: 'E-mail address taken', detail: 'An account with this e-mail address exists.' },
  username_taken: { status: 409, title: 'User name taken', detail: 'An account with this user name exists.' },
  user_not_found: { status: 404, title: 'User not found', detail: 'There is no such account.' },
  client_exists: { status: 409, title: 'Client exists', detail: 'There is a service client of this id.' },
  client_not_found: { status: 404, title: 'Client not found', detail: 'There is no service client of this id.' },
  key_in_use: {
    status: 409,
    title: 'Key in use',
    detail: 'This key signs access tokens. Put another one in front of it in the ring first.',
  },
  session_not_found: {
    status: 404,
    title: 'Session not found',
    detail: 'There is no session of this user on this device.',
  },
  last_admin: {
    status: 409,
    title: 'Last administrator',
    detail: 'This is the last active administrator. Make another one first.',
  },
  account_disabled: { status: 403, title: 'Account disabled', detail: 'This account has been disabled.' },
  wrong_password: { status: 403, title: 'Wrong password', detail: 'The current password is not this one.' },
  invalid_credentials: { status: 401, title: 'Invalid credentials', detail: 'No account has this name and password.' },
  unauthenticated: { status: 401, title: 'Not signed in', detail: 'This call needs a refresh token.' },
  invalid_token: { status: 401, title: 'Invalid token', detail: 'This is not a refresh token of ours.' },
  token_superseded: {
    status: 401,
    title: 'Token superseded',
    detail: 'A newer refresh token of this session is in use. Go on with that one.',
  },
  token_reused: {
    status: 401,
    title: 'Token reused',
    detail: 'This refresh token was used before, as only a copy of it can be. The session was ended.',
  },
  session_ended: { status: 401, title: 'Session ended', detail: 'This session is over. Sign in again.' },
})

/** RFC 6750 §3: a challenge on every 401, with an error where a token was sent. */
const challenge = (description?: string): { headers: Record<string, string> } => ({
  headers: {
    'www-authenticate': description ? `Bearer error="invalid_token", error_description="${description}"` : 'Bearer',
  },
})

/** The same for an unknown account and a wrong password. */
export class InvalidCredentials extends problems.invalid_credentials {
  constructor() {
    super(challenge())
  }
}

export class RefreshTokenMissing extends problems.unauthenticated {
  constructor() {
    super(challenge())
  }
}

export class InvalidRefreshToken extends problems.invalid_token {
  constructor(cause: unknown) {
    super({ cause, ...challenge('Not a refresh token of ours') })
  }
}

/** A late duplicate of an honest request. Nothing was revoked: no cookie may be cleared for it. */
export class TokenSuperseded extends problems.token_superseded {
  constructor() {
    super(challenge('A newer refresh token is in use'))
  }
}

/** Thrown when the session of a stolen token has ended, never before. */
export class TokenReused extends problems.token_reused {
  constructor() {
    super(challenge('The refresh token was used before'))
  }
}

export class SessionEnded extends problems.session_ended {
  constructor(reason: EndReason) {
    super({ extensions: { reason }, ...challenge('The session is over') })
  }
}

export class TooManyTries extends edgeProblems.too_many_requests {
  constructor(retryAfterSeconds: number) {
    super({ headers: { 'retry-after': String(retryAfterSeconds) } })
  }
}

/** More sign-ins wait for a hashing thread than can be served while their callers still listen. */
export const busy = (): Error => unavailable(1, new Error('the queue for password hashing is full'))
