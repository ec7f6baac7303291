import { eventually, privatePostgres, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { authServer } from '../support/auth-server.ts'
import { employeeApp } from '../support/employee-app.ts'
import { createLinked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'

const moments = [
  { moment: 'while the end is written down', sent: 'insert into "offboardings"' },
  { moment: 'while it is marked done', sent: "set state = 'done'" },
]

for (const { moment, sent } of moments) {
  t.test(`an answer of Postgres that gets lost ${moment} loses nothing and repeats nothing`, async (t) => {
    const postgres = await privatePostgres(t)
    const proxy = await tcpRelay(t, postgres.url)
    const auth = await authServer(t)
    const { app } = await employeeApp(t, (config) => ({ ...config, auth: auth.config, database: { url: proxy.url } }))
    const linked = await createLinked(app)
    // The first of its kind on each connection comes with its text.
    const lost = proxy.loseReply({ to: sent }).lost
    let answer = await terminate(app, linked)
    for (; answer.statusCode === 503; answer = await terminate(app, linked));
    t.equal(answer.statusCode, 202)
    await lost
    await untilState(app, linked, 'done')
    t.equal(auth.disablings.get(linked.userId), 1)
  })
}

t.test('after an outage of auth-service every offboarding is done soon', async (t) => {
  const auth = await authServer(t)
  const { app } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
  await auth.stop()
  const all = await Promise.all(Array.from({ length: 25 }, () => createLinked(app)))
  for (const linked of all) t.equal((await terminate(app, linked)).statusCode, 202)
  await eventually(async () => (await offboardingOf(app, { url: `${all[24]?.url}` })).attempts > 1)
  for (const linked of all) t.equal(await readAs(app, linked), '401 token_revoked')
  await auth.start()
  await Promise.all(all.map((linked) => untilState(app, linked, 'done')))
  for (const { userId } of all) t.equal(auth.disablings.get(userId), 1)
})

t.end()
