import { defineProblems } from '@latchkey/problems'

/** Why this service refuses a call, by stable code. Titles and details are public; causes go to the log. */
export const problems = defineProblems({
  reconciliation_required: {
    status: 503,
    title: 'Reconciliation required',
    detail: 'The database was restored from a backup. Nothing is served until the operator has reconciled it.',
  },
  email_taken: { status: 409, title: 'E-mail address taken', detail: 'An account with this e-mail address exists.' },
  username_taken: { status: 409, title: 'User name taken', detail: 'An account with this user name exists.' },
  user_not_found: { status: 404, title: 'User not found', detail: 'There is no such account.' },
  client_exists: { status: 409, title: 'Client exists', detail: 'A service client with this id exists.' },
  client_not_found: { status: 404, title: 'Client not found', detail: 'There is no service client with this id.' },
  scope_not_found: { status: 404, title: 'Scope not found', detail: 'There is no scope with this name.' },
  role_not_found: { status: 404, title: 'Role not found', detail: 'There is no role with this name.' },
  built_in: {
    status: 409,
    title: 'Built in',
    detail: 'The scopes and roles that come with the product stay as they are.',
  },
  configured_policy: {
    status: 409,
    title: 'Configured policy',
    detail: 'The access policy of the settings names this. Change it there, under a higher version.',
  },
  scope_in_use: {
    status: 409,
    title: 'Scope in use',
    detail: 'A role or a service client holds this scope. Take it away from them first.',
  },
  role_in_use: { status: 409, title: 'Role in use', detail: 'An account has this role. Take it away first.' },
  too_many_scopes: {
    status: 409,
    title: 'Too many scopes',
    detail:
      'An access token would become too long for a cookie or a header. Use fewer scopes or roles, or shorter names.',
  },
  configured_client: {
    status: 409,
    title: 'Configured client',
    detail: 'The settings of auth-service name this client. Change it there.',
  },
  secret_not_found: { status: 404, title: 'Secret not found', detail: 'The client has no secret with this id.' },
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
  registration_closed: {
    status: 403,
    title: 'Registration closed',
    detail: 'Accounts are made by invitation here. Ask an administrator.',
  },
  domain_not_allowed: {
    status: 403,
    title: 'Domain not allowed',
    detail: 'E-mail addresses of this domain are not accepted here.',
  },
  email_unverified: {
    status: 403,
    title: 'E-mail address not verified',
    detail: 'Confirm your e-mail address with the link that was sent to it.',
  },
  invalid_link: {
    status: 400,
    title: 'Invalid link',
    detail: 'This link does not work: it was used, has expired, or was replaced. Ask for a new one.',
  },
  sign_in_required: {
    status: 401,
    title: 'Sign-in required',
    detail: 'Sign in to the account of this link, or give its password. The link stays valid.',
  },
  invitation_open: {
    status: 409,
    title: 'Invitation open',
    detail: 'This account becomes active when its invitation is accepted.',
  },
  already_active: { status: 409, title: 'Already active', detail: 'This account needs no invitation any more.' },
  exceeds_own_scopes: {
    status: 403,
    title: 'Exceeds your own scopes',
    detail: 'What this call acts on holds, or would get, a scope that you do not hold.',
  },
  account_disabled: { status: 403, title: 'Account disabled', detail: 'This account has been disabled.' },
  wrong_password: { status: 403, title: 'Wrong password', detail: 'The current password is incorrect.' },
  same_password: {
    status: 409,
    title: 'Same password',
    detail: 'The new password is the current one. Choose another.',
  },
  invalid_credentials: { status: 401, title: 'Invalid credentials', detail: 'No account has this name and password.' },
  unauthenticated: { status: 401, title: 'Not signed in', detail: 'This call needs a refresh token.' },
  invalid_token: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Invalid token',
    detail: 'This is not a valid refresh token.',
  },
  token_superseded: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Token superseded',
    detail: 'A newer refresh token of this session is in use. Use that one.',
  },
  token_reused: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Token reused',
    detail: 'This refresh token had been replaced, so a copy of it is in use. The session was ended.',
  },
  session_ended: {
    status: 401,
    bearerError: 'invalid_token',
    title: 'Session ended',
    detail: 'This session has ended. Sign in again.',
  },
})
