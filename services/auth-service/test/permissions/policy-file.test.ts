import { SettingsError } from '@latchkey/service-kit/settings'
import t, { type Test } from 'tap'
import { trailOf } from '../support/audit.ts'
import { administratorOf, refreshWith, type TestService } from '../support/auth-service.ts'
import { rebooting, tokenOf } from '../support/clients.ts'
import { type PolicyFile, policyEvents, policyFiles } from '../support/policy-files.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const { boot } = await rebooting(t)
const write = policyFiles(t)
// Without the setting: what follows the others.
const auth = await boot(t)
const asAdmin = await administratorOf(auth)
const resource = await startResourceService(t, auth)

/** Each file is newer than the one before. */
let version = 0
const next = (policy: Omit<PolicyFile, 'version'>): PolicyFile => ({ version: ++version, ...policy })

const bootWith = (t: Test, policy: PolicyFile, variables: Record<string, string> = {}): Promise<TestService> =>
  boot(t, { ACCESS_POLICY_FILE: write(policy), ...variables })

/** The faults with which a start is refused. */
async function faultsOf(t: Test, policy: PolicyFile, variables: Record<string, string> = {}): Promise<string[]> {
  try {
    await bootWith(t, policy, variables)
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(({ name, message }) => `${name} ${message}`)
    throw error
  }
  throw new Error('auth-service started')
}

const description = 'For tests'
const read = { 'payroll:read': { description } }
const roleOf = (...scopes: string[]) => ({ description, scopes })
const roleOnline = async (name: string) => (await asAdmin('GET', `/admin/roles/${name}`)).json()

t.test('what the file names is there after the start, at every replica and in the audit trail', async (t) => {
  const started = await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('payroll:read', 'profile') } }))
  t.same(policyEvents(started), ['info access_policy_changed'])
  const shown = { builtIn: false, configured: true }
  t.same((await asAdmin('GET', '/admin/scopes/payroll:read')).json(), { name: 'payroll:read', description, ...shown })
  t.same(await roleOnline('payroll'), { name: 'payroll', ...roleOf('profile', 'payroll:read'), ...shown })

  const { email } = await auth.newAccount({ roles: ['payroll'] })
  for (const replica of [auth, started]) {
    t.equal(claimsOf((await replica.signIn(email)).accessToken).scope, 'profile payroll:read')
  }
  t.match(claimsOf((await auth.signInAdmin()).accessToken).scope, /payroll:read/, 'the role admin holds it')
  const trail = await trailOf(auth)
  t.match(await trail({ userId: 'payroll', type: 'role_created' }), [
    { actorId: null, subjectId: 'payroll', details: { source: 'settings', scopes: ['profile', 'payroll:read'] } },
  ])
})

t.test('no call changes or deletes what the file names', async (t) => {
  await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('payroll:read') } }))
  for (const response of [
    await asAdmin('PUT', '/admin/scopes/payroll:read', { description: 'Another' }),
    await asAdmin('PUT', '/admin/scopes/payroll:read', { description }),
    await asAdmin('DELETE', '/admin/scopes/payroll:read'),
    await asAdmin('PUT', '/admin/roles/payroll', roleOf('profile')),
    await asAdmin('PUT', '/admin/roles/payroll', roleOf('payroll:read')),
    await asAdmin('DELETE', '/admin/roles/payroll'),
  ]) {
    t.equal(response.statusCode, 409)
    t.equal(response.json().code, 'configured_policy')
  }
  t.match(await roleOnline('payroll'), { scopes: ['payroll:read'], configured: true })
})

t.test(
  'a higher version wins; a lower one and a repeated one change nothing, and a start says which it was',
  async (t) => {
    const policy = next({ scopes: read, roles: { payroll: roleOf('payroll:read', 'profile') } })
    await bootWith(t, policy)
    const { pol } = claimsOf((await auth.signInAdmin()).accessToken)

    const other = { ...policy, roles: { payroll: roleOf('payroll:read') } }
    const older = await bootWith(t, { ...other, version: policy.version - 1 })
    t.same(policyEvents(older), ['info access_policy_older'])
    t.same(policyEvents(await bootWith(t, policy)), [], 'a restart')
    const reordered = { payroll: roleOf('profile', 'payroll:read') }
    t.same(policyEvents(await bootWith(t, { ...policy, roles: reordered })), [], 'the order of scopes says nothing')

    t.same(policyEvents(await bootWith(t, other)), ['warn access_policy_differs'])
    const fewer = { ...policy, roles: {} }
    t.same(policyEvents(await bootWith(t, fewer)), ['warn access_policy_differs'], 'it names less')
    const more = { ...policy, scopes: { ...read, 'payroll:write': { description } } }
    t.same(policyEvents(await bootWith(t, more)), ['warn access_policy_differs'], 'it names more')
    const described = { ...policy, scopes: { 'payroll:read': { description: 'Another' } } }
    t.same(policyEvents(await bootWith(t, described)), ['warn access_policy_differs'], 'it says something else')

    t.match(await roleOnline('payroll'), { scopes: ['profile', 'payroll:read'], configured: true })
    t.equal(claimsOf((await auth.signInAdmin()).accessToken).pol, pol, 'there is no other version of the policy')

    const newer = await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('payroll:read') } }))
    t.same(policyEvents(newer), ['info access_policy_changed'])
    t.match(await roleOnline('payroll'), { scopes: ['payroll:read'] })
  },
)

t.test('what leaves the file stays, with a warning at that start, and is for calls to change', async (t) => {
  await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('payroll:read'), auditor: roleOf('audit:read') } }))
  const { email } = await auth.newAccount({ roles: ['payroll'] })
  const { accessToken } = await auth.signIn(email)
  const without = next({ roles: { auditor: roleOf('audit:read') } })
  t.same(policyEvents(await bootWith(t, without)), [
    'info access_policy_changed',
    'warn access_policy_left_out payroll:read',
    'warn access_policy_left_out payroll',
  ])
  t.same(policyEvents(await bootWith(t, without)), [])
  t.equal(await resource.verify(accessToken), 'ok', 'its holders keep it')
  t.match(await roleOnline('payroll'), { scopes: ['payroll:read'], configured: false })
  t.equal((await asAdmin('PUT', '/admin/roles/payroll', roleOf('profile'))).statusCode, 200)
  t.equal((await asAdmin('DELETE', '/admin/scopes/payroll:read')).statusCode, 204)
  t.equal((await asAdmin('DELETE', '/admin/roles/auditor')).json().code, 'configured_policy')
})

t.test('a start without the setting leaves all as it is, and says what no call changes', async (t) => {
  await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('payroll:read') } }))
  const without = await boot(t)
  t.same(policyEvents(without), ['warn access_policy_missing'])
  t.match(
    without.logs.lines().find(({ event }) => event === 'access_policy_missing'),
    { names: ['payroll:read', 'payroll'] },
  )
  t.equal((await asAdmin('DELETE', '/admin/roles/payroll')).json().code, 'configured_policy')
  await bootWith(t, next({}))
  t.same(policyEvents(await boot(t)), [], 'an empty file of a higher version gives it back')
  t.not((await asAdmin('PUT', '/admin/roles/payroll', roleOf('profile'))).json().code, 'configured_policy')
})

t.test('a role that the file narrows is refused everywhere, and its holders go on with one refresh', async (t) => {
  await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('payroll:read', 'profile') } }))
  const { email } = await auth.newAccount({ roles: ['payroll'] })
  const signedIn = await auth.signIn(email)
  const bystander = await auth.newUser()
  t.equal(await resource.verify(signedIn.accessToken), 'ok')

  await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('profile') } }))
  t.ok(await resource.eventuallyRefuses(signedIn.accessToken))
  const refreshed = await refreshWith(auth, signedIn.refreshToken)
  t.equal(refreshed.statusCode, 200)
  t.equal(claimsOf(refreshed.json().accessToken).scope, 'profile')
  t.equal(await resource.verify(refreshed.json().accessToken), 'ok')
  t.equal(await resource.verify(bystander.accessToken), 'ok')

  await bootWith(t, next({ scopes: read, roles: { payroll: roleOf('profile', 'payroll:read') } }))
  t.equal(await resource.verify(refreshed.json().accessToken), 'ok', 'a wider one is no reason to refuse')
})

t.test('the file takes over names that calls have made, and narrows those roles too', async (t) => {
  await bootWith(t, next({}))
  await asAdmin('PUT', '/admin/scopes/stock:read', { description })
  await asAdmin('PUT', '/admin/scopes/stock:write', { description })
  await asAdmin('PUT', '/admin/roles/keeper', roleOf('stock:read', 'stock:write'))
  const { email } = await auth.newAccount({ roles: ['keeper'] })
  const { accessToken } = await auth.signIn(email)

  // A role of the file may hold scopes that the file does not name.
  await bootWith(
    t,
    next({ scopes: { 'stock:read': { description: 'By file' } }, roles: { keeper: roleOf('stock:read') } }),
  )
  t.ok(await resource.eventuallyRefuses(accessToken))
  t.match(await roleOnline('keeper'), { scopes: ['stock:read'], configured: true })
  t.match((await asAdmin('GET', '/admin/scopes/stock:read')).json(), { description: 'By file', configured: true })
  t.equal((await asAdmin('PUT', '/admin/roles/keeper', roleOf())).json().code, 'configured_policy')
  t.match((await asAdmin('GET', '/admin/scopes/stock:write')).json(), { configured: false })

  await asAdmin('PUT', '/admin/roles/porter', roleOf('stock:read'))
  await asAdmin('PUT', '/admin/roles/spare', roleOf('stock:read'))
  await auth.newAccount({ roles: ['porter'] })
  const wider = roleOf('stock:read', 'audit:read')
  const started = await bootWith(t, next({ roles: { porter: wider, spare: wider } }))
  const adopted = policyEvents(started).filter((event) => event.includes('adopted'))
  t.same(adopted, ['warn access_policy_adopted porter'], 'who holds a role of the same name gets what the file gives')
})

t.test('a service client of the settings may hold a scope of the file, and one of calls', async (t) => {
  const client = { clientId: 'payslips', secret: 'a-secret-of-payslips-that-is-long-enough' }
  await asAdmin('PUT', '/admin/scopes/letters:send', { description })
  const scopes = ['payroll:read', 'letters:send', 'employees:read']
  const started = await bootWith(t, next({ scopes: read }), {
    SERVICE_CLIENTS: JSON.stringify([{ ...client, scopes }]),
  })
  t.same(new Set(String(claimsOf(await tokenOf(started, client)).scope).split(' ')), new Set(scopes))
})

t.test(
  'scopes that there are not are faults of both settings at once, and nothing of the file is put in place',
  async (t) => {
    const client = (clientId: string, ...scopes: string[]) => ({ clientId, secret: 's'.repeat(40), scopes })
    const policy = next({
      scopes: { 'trips:book': { description } },
      roles: { traveller: roleOf('trips:book', 'trips:pay') },
    })
    const faults = await faultsOf(t, policy, {
      SERVICE_CLIENTS: JSON.stringify([client('trains', 'trips:book', 'trips:cancel'), client('planes', 'planes:fly')]),
    })
    t.same(faults, [
      'ACCESS_POLICY_FILE gives the role traveller the unknown scope trips:pay',
      'SERVICE_CLIENTS gives the client trains the unknown scope trips:cancel',
      'SERVICE_CLIENTS gives the client planes the unknown scope planes:fly',
    ])
    t.equal((await asAdmin('GET', '/admin/scopes/trips:book')).statusCode, 404)
    t.equal(
      (await asAdmin('GET', '/admin/clients?limit=100'))
        .json()
        .items.find(({ clientId }: { clientId: string }) => clientId === 'trains'),
      undefined,
    )
    const older = { ...policy, version: 1 }
    t.same(policyEvents(await bootWith(t, older)), ['info access_policy_older'], 'what changes nothing needs no scope')
  },
)

t.test(
  'a file after which tokens would be too long, or scopes too many, is a fault, and changes nothing',
  async (t) => {
    await bootWith(t, next({}))
    const many = (count: number, name: (n: string) => string) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [name(String(n).padStart(2, '0')), { description }]))
    const long = next({ scopes: many(64, (n) => `service-with-a-nam${n}:${'r'.repeat(19)}`) })
    const fault = /^ACCESS_POLICY_FILE names too many scopes: together with those of calls at most 64, and 3500 bytes/
    t.match(await faultsOf(t, long), [fault])
    for (let n = 0; n < 5; n++) await asAdmin('PUT', `/admin/scopes/by-call:n${n}`, { description })
    t.match(await faultsOf(t, next({ scopes: many(62, (n) => `f:n${n}`) })), [fault])
    const { items } = (await asAdmin('GET', '/admin/scopes?limit=100')).json()
    t.notOk(items.some(({ name }: { name: string }) => /^(f|service)/.test(name)))

    // A role that an account holds already, and by which its token would grow too long.
    const roles = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`a-role-with-a-rather-long-name-${n}`, roleOf('profile')]),
    )
    await bootWith(t, next({ scopes: many(20, (n) => `f:n${n}`), roles }))
    await auth.newAccount({ roles: Object.keys(roles) })
    const wider = Object.fromEntries(
      Object.keys(roles).map((name) => [name, roleOf(...Object.keys(many(20, (n) => `f:n${n}-${'r'.repeat(30)}`)))]),
    )
    t.match(await faultsOf(t, next({ scopes: many(20, (n) => `f:n${n}-${'r'.repeat(30)}`), roles: wider })), [fault])
  },
)
