import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, type TestService } from '../support/auth-service.ts'
import { rebooting } from '../support/clients.ts'
import { type PolicyFile, policyEvents, policyFiles } from '../support/policy-files.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

// Starts that meet: in each round two replicas with different files start at the same moment.

const { boot } = await rebooting(t)
const write = policyFiles(t)
const auth = await boot(t)
const asAdmin = await administratorOf(auth)
const resource = await startResourceService(t, auth)

const description = 'For tests'
const SCOPES = { 'payroll:read': { description }, 'payroll:write': { description } }
const holding = (version: number, ...scopes: string[]): PolicyFile => ({
  version,
  scopes: SCOPES,
  roles: { payroll: { description, scopes: ['profile', ...scopes] } },
})

const start = async (policy: PolicyFile, afterMs = 0): Promise<TestService> => {
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  return boot(t, { ACCESS_POLICY_FILE: write(policy) })
}
const inPlace = async (): Promise<string[]> => (await asAdmin('GET', '/admin/roles/payroll')).json().scopes
const stop = (...replicas: TestService[]) => Promise.all(replicas.map(({ app }) => app.close()))

t.test('of two files that come at once the newer one wins, whichever replica is first', async (t) => {
  let version = 0
  await stop(await start(holding(++version, 'payroll:read', 'payroll:write')))
  const { email } = await auth.newAccount({ roles: ['payroll'] })

  for (const delays of [
    [0, 0],
    [0, 0],
    [0, 150],
    [150, 0],
    [0, 30],
    [30, 0],
  ] as const) {
    const before = await auth.signIn(email)
    t.equal(await resource.verify(before.accessToken), 'ok')
    const [lower, higher] = [++version, ++version]
    const [kept] = version % 4 === 1 ? ['payroll:read'] : ['payroll:write']
    const [one, other] = await Promise.all([
      start(holding(lower, 'payroll:read', 'payroll:write'), delays[0]),
      start(holding(higher, kept ?? ''), delays[1]),
    ])
    t.same(await inPlace(), ['profile', kept], `${delays}`)
    t.same(policyEvents(other), ['info access_policy_changed'])
    t.ok(['info access_policy_changed', 'info access_policy_older'].includes(policyEvents(one).join()), `${delays}`)

    t.ok(await resource.eventuallyRefuses(before.accessToken), 'what held more is refused')
    for (const replica of [one, other, auth]) {
      // A token that was issued before the replica followed is one that verifiers refuse.
      let accessToken = ''
      await eventually(async () => {
        accessToken = (await replica.signIn(email)).accessToken
        return (await resource.verify(accessToken)) === 'ok'
      })
      t.equal(claimsOf(accessToken).scope, `profile ${kept}`)
    }
    await stop(one, other)
  }
})

t.test('of two files under one version one is put in place whole, and the other one is warned of', async (t) => {
  for (let version = 101; version < 105; version++) {
    const [one, other] = await Promise.all([
      start(holding(version, 'payroll:read')),
      start(holding(version, 'payroll:write')),
    ])
    const events = [policyEvents(one).join(), policyEvents(other).join()]
    t.same(events.toSorted(), ['info access_policy_changed', 'warn access_policy_differs'])
    const isFirst = events[0] === 'info access_policy_changed'
    t.same(await inPlace(), ['profile', isFirst ? 'payroll:read' : 'payroll:write'])
    await stop(one, other)
  }
})

t.test('replicas that start with the same file put it in place once', async (t) => {
  const before = claimsOf((await auth.signInAdmin()).accessToken).pol
  const replicas = await Promise.all([1, 2, 3].map(() => start(holding(200, 'payroll:read', 'payroll:write'))))
  t.same(replicas.flatMap(policyEvents), ['info access_policy_changed'])
  t.equal(claimsOf((await auth.signInAdmin()).accessToken).pol, Number(before) + 1)
  await stop(...replicas)
})
