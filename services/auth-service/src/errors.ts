import { defineProblems, problem, unavailable } from '@latchkey/service-kit'
import type { EndReason } from './sessions/session.ts'

/** What this service refuses, by its stable code. */
export const problems = defineProblems({
  email_taken: { status: 409, title: 'E-mail address taken', detail: 'An account with this e-mail address exists.' },
  username_taken: { status: 409, title: 'User name taken', detail: 'An account with this user name exists.' },
  account_disabled: { status: 403, title: 'Account disabled', detail: 'This account has been disabled.' },
})

const challenge = (error?: string, description?: string): Record<string, string> => ({
  'www-authenticate': error ? `Bearer error="${error}", error_description="${description}"` : 'Bearer',
})

const InvalidCredentialsProblem = problem(
  'invalid_credentials',
  401,
  'Invalid credentials',
  'No account has this name and password.',
)

/** The same for an unknown account and a wrong password. */
export class InvalidCredentials extends InvalidCredentialsProblem {
  constructor() {
    super({ headers: challenge() })
  }
}

/** The password given to confirm a change was wrong; whoever asks is signed in, so this is no 401. */
export const WrongPassword = problem('wrong_password', 403, 'Wrong password', 'The current password is not this one.')

/** The account was removed while its owner was signed in. */
export const UserGone = problem('user_gone', 404, 'User gone', 'This account does not exist any more.')

const UnauthenticatedProblem = problem('unauthenticated', 401, 'Not signed in', 'This call needs a refresh token.')

export class RefreshTokenMissing extends UnauthenticatedProblem {
  constructor() {
    super({ headers: challenge() })
  }
}

const InvalidTokenProblem = problem('invalid_token', 401, 'Invalid token', 'This is not a refresh token of ours.')

export class InvalidRefreshToken extends InvalidTokenProblem {
  constructor(cause: unknown) {
    super({ cause, headers: challenge('invalid_token', 'Not a refresh token of ours') })
  }
}

const SupersededProblem = problem(
  'token_superseded',
  401,
  'Token superseded',
  'A newer refresh token of this session is in use. Go on with that one.',
)

/** A late duplicate of an honest request. Nothing was revoked: no cookie may be cleared for it. */
export class TokenSuperseded extends SupersededProblem {
  constructor() {
    super({ headers: challenge('invalid_token', 'A newer refresh token is in use') })
  }
}

const SessionEndedProblem = problem('session_ended', 401, 'Session ended', 'This session is over. Sign in again.')

export class SessionEnded extends SessionEndedProblem {
  constructor(reason: EndReason) {
    super({ extensions: { reason }, headers: challenge('invalid_token', 'The session is over') })
  }
}

const TokenReusedProblem = problem(
  'token_reused',
  401,
  'Token reused',
  'This refresh token was used before, as only a copy of it can be. The session was ended.',
)

/** Thrown when the session of a stolen token has ended, never before. */
export class TokenReused extends TokenReusedProblem {
  constructor() {
    super({ headers: challenge('invalid_token', 'The refresh token was used before') })
  }
}

const TooManyTriesProblem = problem(
  'too_many_requests',
  429,
  'Too many requests',
  'Too many failed tries. Wait before the next one.',
)

export class TooManyTries extends TooManyTriesProblem {
  constructor(retryAfterSeconds: number) {
    super({ headers: { 'retry-after': String(retryAfterSeconds) } })
  }
}

/** More sign-ins wait for a hashing thread than can be served while their callers still listen. */
export const busy = (): Error => unavailable(1, new Error('the queue for password hashing is full'))
