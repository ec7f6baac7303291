import { commonProblems, defineProblems, unavailable } from '@latchkey/problems'
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
  invalid_token: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Invalid token',
    detail: 'This is not a refresh token of ours.',
  },
  token_superseded: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Token superseded',
    detail: 'A newer refresh token of this session is in use. Go on with that one.',
  },
  token_reused: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Token reused',
    detail: 'This refresh token was used before, as only a copy of it can be. The session was ended.',
  },
  session_ended: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Session ended',
    detail: 'This session is over. Sign in again.',
  },
})

export class SessionEnded extends problems.session_ended {
  constructor(reason: EndReason) {
    super({ extensions: { reason } })
  }
}

export class TooManyTries extends commonProblems.too_many_requests {
  constructor(retryAfterSeconds: number) {
    super({ retryAfterSeconds })
  }
}

/** More sign-ins wait for a hashing thread than can be served while their callers still listen. */
export const busy = (): Error => unavailable(new Error('the queue for password hashing is full'))
