import { defineProblems, edgeProblems, type InputFault, type ProblemError } from '@latchkey/service-kit'

/** Every problem that is this service's own; the HTTP edge and the resource server add theirs. */
export const problems = defineProblems({
  employee_not_found: { status: 404, title: 'Employee not found', detail: 'There is no employee with this id.' },
  email_taken: { status: 409, title: 'E-mail taken', detail: 'Another employee has this e-mail address.' },
  user_linked: { status: 409, title: 'Account linked', detail: 'Another employee is linked to this account.' },
  use_termination: {
    status: 409,
    title: 'Use termination',
    detail: 'An employee becomes terminated by termination alone, not by writing the status.',
  },
  version_conflict: {
    status: 412,
    title: 'Version conflict',
    detail: 'The employee is not at a version that If-Match names; read it again.',
  },
})

/** A fault of the input that only the domain can find; it looks like one that a schema finds. */
export function invalidInput(fault: InputFault): ProblemError {
  return new edgeProblems.invalid_request({
    detail: 'The input is not acceptable; `errors` says where.',
    errors: [fault],
  })
}
