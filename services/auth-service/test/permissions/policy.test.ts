import t from 'tap'
import { ROLE_NAME, SCOPE_NAME } from '../../src/permissions/names.ts'
import { BUILT_IN_POLICY, createPolicy, rolesWith } from '../../src/permissions/policy.ts'

const { scopesOf } = BUILT_IN_POLICY

t.test('the built-in roles hold what the contract says, and admin holds everything', async (t) => {
  t.same(scopesOf(['user']), ['profile'])
  t.same(scopesOf(['staff']), ['profile', 'employees:read'])
  t.same(scopesOf(['hr']), ['profile', 'employees:read', 'employees:write', 'users:invite'])
  t.same(scopesOf(['admin']), [...BUILT_IN_POLICY.scopes.keys()])
})

t.test('scopes come once and in one order, whatever the order of roles', async (t) => {
  t.same(scopesOf(['hr', 'user']), scopesOf(['user', 'hr', 'user']))
})

t.test('names that are no role give nothing, not even those that every object has', async (t) => {
  t.same(scopesOf([]), [])
  t.same(scopesOf(['root', '__proto__', 'constructor', 'toString', 'Admin']), [])
})

t.test(
  'own scopes come behind the built-in ones, admin holds them, and a role gives none that there is not',
  async (t) => {
    const scope = (name: string, since = 1) => ({ name, description: name, isConfigured: false, since })
    const policy = createPolicy({
      version: 7,
      scopes: [scope('payroll:write', 5), scope('payroll:read', 3)],
      roles: [{ ...scope('payroll'), scopes: ['payroll:read', 'profile', 'gone:away'] }],
    })
    t.same(policy.scopesOf(['payroll']), ['profile', 'payroll:read'])
    t.same(policy.scopesOf(['admin']).slice(-2), ['payroll:read', 'payroll:write'])
    t.same(rolesWith(policy, 'payroll:read'), ['admin', 'payroll'])
    t.same(policy.scopesAt(4).slice(-2), ['tokens:introspect', 'payroll:read'])
  },
)

t.test(
  'a scope is two words with a colon between, a role is one, and neither is longer than 40 characters',
  async (t) => {
    for (const name of [
      'profile',
      'a:b',
      'payroll:read',
      'pay-roll.v2:read_all',
      `${'a'.repeat(19)}:${'b'.repeat(20)}`,
    ]) {
      t.match(name, SCOPE_NAME)
    }
    for (const name of [
      'payroll',
      'a:',
      ':b',
      'a:b:c',
      'A:b',
      'a b:c',
      'a:b ',
      '"a:b',
      'a\\:b',
      '-a:b',
      `a:${'b'.repeat(39)}`,
    ]) {
      t.notMatch(name, SCOPE_NAME)
    }
    for (const name of ['payroll', 'on-call', 'a', 'a'.repeat(40)]) t.match(name, ROLE_NAME)
    for (const name of ['', 'Payroll', '1st', 'a:b', 'a b', 'é', 'a-', 'a'.repeat(41)]) t.notMatch(name, ROLE_NAME)
  },
)
