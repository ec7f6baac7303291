import { defineProblems } from '@latchkey/problems'

/** The problems of this service; the HTTP edge and the resource server add theirs. The texts are public. */
export const problems = defineProblems({
  employee_not_found: { status: 404, title: 'Employee not found', detail: 'There is no employee with this id.' },
  email_taken: { status: 409, title: 'E-mail taken', detail: 'Another employee has this e-mail address.' },
  user_linked: { status: 409, title: 'Account linked', detail: 'Another employee is linked to this account.' },
  use_termination: {
    status: 409,
    title: 'Use termination',
    detail: 'Use POST /employees/{id}/termination to terminate an employee.',
  },
  offboarding_not_failed: {
    status: 409,
    title: 'Offboarding has not failed',
    detail: 'Only an offboarding that has failed can be retried or withdrawn.',
  },
  insufficient_scope: {
    status: 403,
    bearerError: 'insufficient_scope',
    title: 'Insufficient scope',
    detail: 'Linking an employee to an account, or removing the link, needs the scope employees:link.',
  },
  terminated: {
    status: 409,
    title: 'Employee terminated',
    detail: 'An employee who has left is not invited.',
  },
  already_linked: {
    status: 409,
    title: 'Employee linked',
    detail: 'The employee is linked to an account already.',
  },
  manager_loop: {
    status: 409,
    title: 'Manager loop',
    detail: 'This manager reports to the employee, directly or through others.',
  },
  user_required: {
    status: 403,
    title: 'User required',
    detail: 'This call is for users; a service client has no employee record of its own.',
  },
  no_linked_employee: {
    status: 404,
    title: 'No linked employee',
    detail: 'No employee is linked to this account.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    detail: 'This Idempotency-Key was sent with another body before. Use a new key for a new employee.',
  },
  version_conflict: {
    status: 412,
    title: 'Version conflict',
    detail: 'The version of the employee differs from the one in If-Match. Read it again.',
  },
})
