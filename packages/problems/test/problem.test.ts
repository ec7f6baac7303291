import t from 'tap'
import { commonProblems, defineProblems, isPublicError, unavailable } from '../src/index.ts'

const problems = defineProblems({
  email_taken: { status: 409, title: 'E-mail taken', detail: 'An account has this e-mail already.' },
  session_ended: { status: 401, title: 'Session ended', bearerError: 'invalid_token' },
})

t.test('a problem has the code, status and public text of its definition, and no stack', async (t) => {
  const error = new problems.email_taken()
  t.match(error, { code: 'email_taken', statusCode: 409, title: 'E-mail taken' })
  t.equal(error.message, 'An account has this e-mail already.')
  t.notMatch(error.stack ?? '', 'at ')
  t.ok(new Error('another').stack?.includes('at '), 'other errors keep theirs')
})

t.test('without a detail the title is the public text', async (t) => {
  t.equal(new problems.session_ended().message, 'Session ended')
})

t.test('an occurrence adds facts, and its cause', async (t) => {
  const cause = new Error('private')
  const error = new problems.session_ended({ detail: 'Elsewhere.', extensions: { reason: 'signed_out' }, cause })
  t.match(error, { message: 'Elsewhere.', bearerError: 'invalid_token', extensions: { reason: 'signed_out' } })
  t.equal(error.cause, cause)
  t.equal(new commonProblems.too_many_requests({ retryAfterSeconds: 9 }).retryAfterSeconds, 9)
})

t.test('a problem is recognised by its class', async (t) => {
  t.ok(new problems.email_taken() instanceof problems.email_taken)
  t.notOk(new problems.email_taken() instanceof problems.session_ended)
})

t.test('unavailable is a 503 that may be repeated', async (t) => {
  t.match(unavailable(), { code: 'unavailable', statusCode: 503, retryAfterSeconds: 1 })
  t.equal(unavailable(undefined, 7).retryAfterSeconds, 7)
})

for (const [what, error, isPublic] of [
  ['a problem', new problems.email_taken(), true],
  ['a foreign error of the same shape', Object.assign(new Error(), { code: 'some_code', statusCode: 404 }), true],
  ['a failure', Object.assign(new Error(), { code: 'some_code', statusCode: 500 }), false],
  ['a driver’s error', Object.assign(new Error(), { code: '23505', statusCode: 409 }), false],
  ['a framework’s error', Object.assign(new Error(), { code: 'FST_ERR_NOT_FOUND', statusCode: 404 }), false],
  ['an error without a status', Object.assign(new Error(), { code: 'some_code' }), false],
  ['what is no error', { code: 'some_code', statusCode: 404 }, false],
] as const) {
  t.test(`${what} is ${isPublic ? 'public' : 'private'}`, async (t) => {
    t.equal(isPublicError(error), isPublic)
  })
}
