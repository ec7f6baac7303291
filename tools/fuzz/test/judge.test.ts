import t from 'tap'
import { readDocument } from '../src/document/read-document.ts'
import { createValidators } from '../src/document/validators.ts'
import { judge } from '../src/oracle/judge.ts'
import type { Answer, Intent } from '../src/requests/call.ts'

const reply = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } }
const document = {
  paths: { '/employees': { get: { responses: { 200: { content: { 'application/json': { schema: reply } } } } } } },
}
const [operation] = readDocument('employee', document)
const call = { service: 'employee', method: 'GET', target: '/employees', headers: [] } as const
const intent: Intent = {
  operation,
  caller: 'staff',
  credential: 'live',
  by: 'header',
  isValid: true,
  mayPass: true,
  sent: [],
  hasMutatedToken: false,
  notes: [],
}
const headers = {
  'x-request-id': 'r1',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-type': 'application/json',
}
const good: Answer = { status: 200, headers, text: '{"id":"a"}', json: { id: 'a' }, milliseconds: 1 }

function kindsOf(change: Partial<Answer>, meant: Partial<Intent> = {}): string[] {
  const answer = { ...good, ...change }
  const text = change.json === undefined ? answer.text : JSON.stringify(change.json)
  return judge(call, { ...answer, text }, { ...intent, ...meant }, createValidators(document)).map(({ kind }) => kind)
}

const problem = (status: number, code: string, more: object = {}, ownHeaders: object = {}): Partial<Answer> => ({
  status,
  headers: { ...headers, 'content-type': 'application/problem+json', ...ownHeaders },
  json: { status, code, requestId: 'r1', ...more },
})

t.test('an answer as the document has it is nothing to tell', async (t) => {
  t.same(kindsOf({}), [])
})

t.test('each thing that an answer must never be is told', async (t) => {
  const told: [string, Partial<Answer>, Partial<Intent>?][] = [
    ['status 500', problem(500, 'internal_error')],
    ['status 503', problem(503, 'unavailable')],
    ['unknown code', problem(409, 'unheard_of')],
    ['undocumented status 409', problem(409, 'email_taken')],
    ['request id of the body', problem(404, 'not_found', { requestId: 'other' })],
    ['the inside shows', problem(404, 'not_found', { detail: 'at f (/srv/a.js:1:2)' })],
    ['the inside shows', problem(404, 'not_found', { detail: 'duplicate key violates unique constraint' })],
    ['form of an error', { status: 404, text: 'Not found' }],
    ['401 without WWW-Authenticate', problem(401, 'invalid_token')],
    ['429 without Retry-After', problem(429, 'too_many_requests')],
    ['answer of 200 is not as documented', { json: { id: 7 } }],
    ['undocumented media type of 200', { headers: { ...headers, 'content-type': 'text/html' } }],
    ['header x-content-type-options', { headers: { ...headers, 'x-content-type-options': undefined } }],
    ['header x-request-id', { headers: { ...headers, 'x-request-id': '' } }],
    ['answered without a live token', {}, { credential: 'bad' }],
    ['answered beyond the scopes', {}, { mayPass: false }],
  ]
  for (const [kind, answer, meant] of told) t.ok(kindsOf(answer, meant).includes(kind), kind)
})

t.test('a 503 that says when to come again is none of them', async (t) => {
  const kinds = kindsOf(problem(503, 'unavailable', {}, { 'retry-after': '1' }))
  t.notOk(kinds.includes('status 503'))
})
