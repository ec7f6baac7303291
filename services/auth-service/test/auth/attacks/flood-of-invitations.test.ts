import t from 'tap'
import { administratorOf, startAuthService } from '../../support/auth-service.ts'
import { startMailbox } from '../../support/mailbox.ts'

const { variables } = await startMailbox(t)
const auth = await startAuthService(t, { variables })
const replica = await startAuthService(t, { beside: auth, variables })
const asAdmin = await administratorOf(auth)

t.test('one caller invites 50 a day, however many calls they make, at whatever replica', async (t) => {
  const busy = await auth.newUser({ roles: ['hr'] })
  const calls = 10_000
  const counts = new Map<number, number>()
  let next = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < calls) {
        const n = next++
        const service = n % 2 === 0 ? auth : replica
        const response = await service.call('POST', '/admin/users', {
          token: busy.accessToken,
          body: { email: `flood${n}@corp.test` },
        })
        counts.set(response.statusCode, (counts.get(response.statusCode) ?? 0) + 1)
        if (response.statusCode === 429) t.ok(Number(response.headers['retry-after']) > 80_000)
      }
    }),
  )
  t.same([...counts].sort(), [
    [201, 50],
    [429, calls - 50],
  ])
  const { items } = (await asAdmin('GET', '/admin/users?query=flood&limit=100')).json()
  t.equal(items.length, 50)
  const [{ id }] = items
  t.equal((await auth.call('POST', `/admin/users/${id}/invitation`, { token: busy.accessToken })).statusCode, 429)
  t.equal((await asAdmin('POST', '/admin/users', { email: 'calm@corp.test' })).statusCode, 201, 'others go on')
})
