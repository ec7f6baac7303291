import { eventually } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { authServer } from '../support/auth-server.ts'
import { bearer, employeeApp } from '../support/employee-app.ts'
import { linkIn, servicePair } from '../support/service-pair.ts'

t.test('without mail hr takes the link from auth-service', async (t) => {
  const pair = await servicePair(t, { withoutMail: true })
  const ida = await pair.employ()
  await ida.invite()
  await ida.untilInvitation('invited', 'no_mail')
  const { userId } = await ida.invitation()
  const renewed = await pair.auth.asAdmin('POST', `/admin/users/${userId}/invitation`)
  t.equal((await pair.auth.accept(linkIn(renewed.body))).status, 200)
  await ida.untilInvitation('accepted', null)
})

t.test('while auth-service is away the request is kept, and made good once it is back', async (t) => {
  const pair = await servicePair(t)
  const ida = await pair.employ()
  await pair.auth.kill()
  t.equal((await ida.invite()).status, 202)
  await eventually(async () =>
    /^(unreachable|token_unavailable|timeout)$/.test((await ida.invitation()).lastError ?? ''),
  )
  t.match(await ida.invitation(), { state: 'pending' })
  t.match((await ida.invite()).body, { state: 'pending' }, 'repeating changes nothing')
  await pair.auth.start()
  await ida.untilInvitation('invited', null)
  await pair.auth.kill()
  await eventually(async () => (await ida.invitation()).lastError !== null)
  t.match(await ida.invitation(), { state: 'invited' })
  await pair.auth.start()
  await pair.auth.accept(await pair.mailbox.nextToken(ida.email))
  await ida.untilInvitation('accepted', null)
})

t.test('a day of invitations that is over is waited for', async (t) => {
  const pair = await servicePair(t)
  const [first, ida] = [await pair.employ(), await pair.employ()]
  await first.invite()
  await first.untilInvitation('invited')
  const { redisUrl, redisPrefix } = pair.auth.environment
  const redis = new Redis(redisUrl)
  t.teardown(() => redis.disconnect())
  // auth-service's counter of the day: one slot, whose last three bytes are the count.
  const [key = ''] = await redis.keys(`${redisPrefix}guess:{floods}:invitations:client:*`)
  const slot = (await redis.hgetBuffer(key, 'all')) ?? Buffer.alloc(12)
  async function setCount(invitations: number): Promise<void> {
    slot.writeUIntBE(invitations, slot.length - 3, 3)
    await redis.hset(key, 'all', slot)
  }
  await setCount(1000)
  await ida.invite()
  await ida.untilInvitation('pending', '429 too_many_requests')
  t.equal(await pair.accountOf(ida.email), undefined)
  await setCount(1)
  await ida.invite()
  await ida.untilInvitation('invited', null)
})

t.test('answers that are none of auth-service decide nothing, its refusals do', async (t) => {
  const auth = await authServer(t)
  const { app } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
  const HR = bearer('employees:write', 'users:invite')
  let people = 0
  async function invited(reply: typeof auth.answer) {
    const payload = { firstName: 'Ida', lastName: 'Bell', email: `ida-${++people}@corp.test` }
    const { id } = (await app.inject({ method: 'POST', url: '/employees', headers: HR, payload })).json()
    const url = `/employees/${id}/invitation`
    auth.answers.set(payload.email, reply ?? { status: 500 })
    await app.inject({ method: 'POST', url, headers: HR })
    const seen = async () => (await app.inject({ url, headers: HR })).json()
    await eventually(async () => (await seen()).lastError !== null)
    return { ...(await seen()), ...payload, url, seen }
  }
  const [proxy, empty, busy, role, scope] = await Promise.all([
    invited({ status: 404 }),
    invited({ status: 200 }),
    invited({ status: 503, code: 'unavailable' }),
    invited({ status: 400, code: 'invalid_request' }),
    invited({ status: 403, code: 'insufficient_scope' }),
  ])
  t.match(proxy, { state: 'pending', lastError: '404' }, 'a proxy')
  t.match(empty, { state: 'pending', lastError: 'unreadable' }, 'a page of something else')
  t.match(busy, { state: 'pending', lastError: '503 unavailable' })
  t.match(role, { state: 'failed', lastError: '400 invalid_request' }, 'such as a role that it does not know')
  t.match(scope, { state: 'pending', lastError: '403 insufficient_scope' }, 'of the client: an operator has to act')
  auth.answers.set(scope.email, { status: 503, code: 'unavailable' })
  await app.inject({ method: 'POST', url: scope.url, headers: HR })
  await eventually(async () => (await scope.seen()).lastError === '503 unavailable', 'it is tried further')
})

t.end()
