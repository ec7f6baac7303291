import t from 'tap'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const description = 'For tests'
const put = (name: string, scopes: string[]) => asAdmin('PUT', `/admin/roles/${name}`, { description, scopes })
const tokenOf = (link: string): string => new URL(link).hash.replace('#token=', '')
let number = 0

async function invitationBy(role: string): Promise<string> {
  const maker = await auth.signIn((await auth.newAccount({ roles: ['staff', role] })).email)
  number += 1
  const body = { email: `invited-${number}@example.test`, roles: ['staff'] }
  const made = await auth.call('POST', '/admin/users', { token: maker.accessToken, body })
  t.equal(made.statusCode, 201, made.body)
  return tokenOf(made.json().invitation.link)
}

const accept = (token: string) =>
  auth.call('POST', '/auth/invitations/accept', { body: { token, password: PASSWORD, delivery: 'body' } })

t.test('an invitation is worth nothing once the role of its maker may invite nobody any more', async (t) => {
  await put('host', ['users:invite'])
  const [first, second] = [await invitationBy('host'), await invitationBy('host')]
  t.equal((await accept(first)).statusCode, 200)
  await put('host', ['profile'])
  const refused = await accept(second)
  t.equal(refused.statusCode, 400)
  t.equal(refused.json().code, 'invalid_link')
})

t.test('a reset link reaches no account that was given more than its maker holds', async (t) => {
  await put('desk', ['profile', 'users:write'])
  const desk = await auth.signIn((await auth.newAccount({ roles: ['desk'] })).email)
  const target = await auth.newAccount()
  const made = await auth.call('POST', `/admin/users/${target.id}/password-reset`, { token: desk.accessToken })
  const token = tokenOf(made.json().link)
  await asAdmin('PATCH', `/admin/users/${target.id}`, { roles: ['user', 'admin'] })
  const refused = await auth.call('POST', '/auth/password/reset', { body: { token, password: PASSWORD } })
  t.equal(refused.json().code, 'invalid_link')
})
