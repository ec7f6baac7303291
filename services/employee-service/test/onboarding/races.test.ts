import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { servicePair } from '../support/service-pair.ts'

const pair = await servicePair(t, { sweepMs: 500 })
const { auth, relay, mailbox, employ, accountOf, hold, untilAccount, database } = pair

const CREATE = 'POST /admin/users HTTP'
const jobs = `${pair.config.database.schema}_jobs.job`

/** The request arrives by another way than its sender's connection, which is long gone. */
async function arrive(request: Buffer): Promise<void> {
  const { hostname, port } = new URL(auth.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(request)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.destroy()
}

const accountsOf = async (email: string): Promise<number> =>
  ((await auth.asAdmin('GET', `/admin/users?query=${email}`)).body.items as unknown[]).length

/** The attempt of this onboarding was so long ago that its request can't be on its way. */
const makeAttemptOld = (employeeId: string) =>
  database.pool.query(`update onboardings set attempted_at = now() - interval '2 minutes' where employee_id = $1`, [
    employeeId,
  ])

t.test('ten requests at once make one account, and send one link', async (t) => {
  const ida = await employ()
  const answers = await Promise.all(Array.from({ length: 10 }, () => ida.invite()))
  t.same([...new Set(answers.map(({ status }) => status))], [202])
  await ida.untilInvitation('invited')
  await mailbox.nextToken(ida.email)
  t.equal(await accountsOf(ida.email), 1)
})

t.test('an account whose answer got lost is found again', async (t) => {
  const ida = await employ()
  const reply = relay.loseReply({ to: CREATE })
  await ida.invite()
  await reply.lost
  await ida.untilInvitation('invited', null)
  t.equal(await accountsOf(ida.email), 1)
  await auth.accept(await mailbox.nextToken(ida.email))
  await ida.untilInvitation('accepted')
  t.equal(mailbox.count(ida.email), 1, 'the link that was sent is the one that works')
})

t.test('another link whose answer got lost is sent once more', async () => {
  const ida = await employ()
  await ida.invite()
  await ida.untilInvitation('invited')
  await mailbox.nextToken(ida.email)
  const reply = relay.loseReply({ to: '/invitation HTTP' })
  await ida.invite()
  await reply.lost
  await ida.untilInvitation('invited', null)
  // The call is repeated, and of its links the last one is good.
  while ((await auth.accept(await mailbox.nextToken(ida.email))).status !== 200);
  await ida.untilInvitation('accepted')
})

for (const how of ['terminate', 'remove'] as const) {
  t.test(`${how} while the account is being made: it is disabled once it is there`, async (t) => {
    const ida = await employ()
    const create = hold(CREATE)
    await ida.invite()
    await create.caught
    await ida[how]()
    t.match(await ida.invitation(), { state: 'none' })
    t.match(await ida.offboarding(), { state: 'pending' })
    create.release()
    await untilAccount(ida.email, 'disabled')
    await ida.untilOffboarding('done')
  })

  t.test(`${how} after the answer got lost: the account is looked for, and disabled`, async (t) => {
    const ida = await employ()
    const reply = relay.loseReply({ to: CREATE })
    await ida.invite()
    await reply.lost
    const token = await mailbox.nextToken(ida.email)
    await ida[how]()
    await ida.untilOffboarding('done')
    t.equal((await accountOf(ida.email))?.status, 'disabled')
    t.equal((await auth.accept(token)).body.code, 'invalid_link')
  })

  t.test(`${how} while an acceptance is being read: the account is not linked, and disabled`, async (t) => {
    const ida = await employ()
    await ida.invite()
    await ida.untilInvitation('invited')
    const answer = hold('"status":"active"')
    const accepted = await auth.accept(await mailbox.nextToken(ida.email))
    t.equal(accepted.status, 200)
    await ida.invitation()
    await answer.caught
    await ida[how]()
    answer.release()
    await ida.untilOffboarding('done')
    t.equal((await accountOf(ida.email))?.status, 'disabled')
    t.not((await ida.employee()).userId, (await accountOf(ida.email))?.id)
    const headers = { authorization: `Bearer ${accepted.body.accessToken}` }
    t.equal((await pair.app.inject({ url: '/employees/me', headers })).json().code, 'token_revoked')
  })
}

t.test('a request that arrives when its sender is gone makes an account that is found', async (t) => {
  const ida = await employ()
  const create = hold(CREATE)
  await ida.invite()
  const request = await create.caught
  relay.cut()
  await ida.terminate()
  await sleep(500)
  t.match(await ida.offboarding(), { state: 'pending', lastError: 'account_may_appear' })
  await arrive(request)
  await ida.untilOffboarding('done')
  t.equal((await accountOf(ida.email))?.status, 'disabled')
})

t.test(
  'where none appears within a minute there is nothing to do, and one that comes later is found as well',
  async (t) => {
    const ida = await employ()
    const create = hold(CREATE)
    await ida.invite()
    const request = await create.caught
    relay.cut()
    await ida.terminate()
    await makeAttemptOld(ida.id)
    await ida.untilOffboarding('done')
    t.equal(await accountOf(ida.email), undefined)
    await arrive(request)
    await untilAccount(ida.email, 'disabled')
    const rows = await database.pool.query('select email from onboardings where employee_id = $1', [ida.id])
    t.same(rows.rows, [{ email: null }], 'its address is kept no longer than it is needed')
  },
)

t.test('who is hired under the same address waits until it is clear what the first request came to', async (t) => {
  const ida = await employ()
  const create = hold(CREATE)
  await ida.invite()
  await create.caught
  relay.cut()
  await ida.remove()
  const again = await employ({ email: ida.email })
  await again.invite()
  await again.untilInvitation('pending', 'offboarding_pending')
  t.equal(await accountOf(ida.email), undefined)
  await makeAttemptOld(ida.id)
  await again.untilInvitation('invited', null)
  t.equal((await accountOf(ida.email))?.id, (await again.invitation()).userId)
  await sleep(1000)
  t.equal((await accountOf(ida.email))?.status, 'invited', 'nobody takes it for the account of the one who left')
})

t.test('another address while the account is being made: it is disabled, and the new one is invited', async (t) => {
  const ida = await employ()
  const create = hold(CREATE)
  await ida.invite()
  await create.caught
  await ida.change({ email: `new-${ida.email}` })
  t.match(await ida.invitation(), { state: 'failed', lastError: 'email_changed' })
  await ida.invite()
  create.release()
  await untilAccount(ida.email, 'disabled')
  await untilAccount(`new-${ida.email}`, 'invited')
})

t.test('a link by hand while the account is being made: that is disabled', async () => {
  const ida = await employ()
  const own = await pair.makeAccount(`own-${ida.email}`)
  const create = hold(CREATE)
  await ida.invite()
  await create.caught
  await ida.link(own.id)
  create.release()
  await ida.untilInvitation('failed', 'already_linked')
  await untilAccount(ida.email, 'disabled')
})

t.test('two workers at one job make one account', async (t) => {
  const ida = await employ()
  const create = hold(CREATE)
  await ida.invite()
  await create.caught
  // As if the first had been taken for dead.
  await database.pool.query(
    `update ${jobs} set state = 'retry', start_after = now() where name = 'onboarding' and state = 'active'`,
  )
  await ida.untilInvitation('invited', null)
  create.release()
  await sleep(500)
  t.equal(await accountsOf(ida.email), 1)
  t.match(await ida.invitation(), { state: 'invited', userId: (await accountOf(ida.email))?.id, lastError: null })
})

t.test('an onboarding whose job is lost gets another one', async () => {
  const ida = await employ()
  await ida.invite()
  await ida.untilInvitation('invited')
  await database.pool.query(`delete from ${jobs} where name = 'onboarding'`)
  await database.pool.query(`update onboardings set due_at = now() - interval '1 hour' where employee_id = $1`, [
    ida.id,
  ])
  await auth.accept(await mailbox.nextToken(ida.email))
  await ida.untilInvitation('accepted')
})

t.test('an acceptance is linked when its owner comes by', async (t) => {
  const ida = await employ()
  await ida.invite()
  await ida.untilInvitation('invited')
  await database.pool.query(
    `update onboardings set due_at = now() + interval '5 minutes', checked_at = now() - interval '1 minute' where employee_id = $1`,
    [ida.id],
  )
  await database.pool.query(`update ${jobs} set start_after = now() + interval '5 minutes' where name = 'onboarding'`)
  const { body } = await auth.accept(await mailbox.nextToken(ida.email))
  const headers = { authorization: `Bearer ${body.accessToken}` }
  const me = async () => (await pair.app.inject({ url: '/employees/me', headers })).json()
  t.match(await me(), { code: 'no_linked_employee' })
  for (let tries = 0; (await me()).id !== ida.id && tries < 200; tries++) await sleep(25)
  t.match(await me(), { id: ida.id })
})

t.end()
