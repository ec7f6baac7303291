import t from 'tap'
import { SCOPES, scopesOfRoles } from '../src/index.ts'

t.test('a role is a set of scopes', async (t) => {
  t.same(scopesOfRoles(['user']), ['profile'])
  t.same(scopesOfRoles(['staff']), ['profile', 'employees:read'])
  t.same(scopesOfRoles(['hr']), ['profile', 'employees:read', 'employees:write', 'users:invite'])
  t.same(scopesOfRoles(['admin']), [...SCOPES])
})

t.test('several roles give each scope once, in one order', async (t) => {
  t.same(scopesOfRoles(['hr', 'user']), scopesOfRoles(['user', 'hr', 'user']))
})

t.test('unknown roles give nothing', async (t) => {
  t.same(scopesOfRoles([]), [])
  t.same(scopesOfRoles(['root', '__proto__', 'constructor', 'toString', 'Admin']), [])
})
