// What narrowed roles in the feed add to the check of a token that no revocation concerns:
//   node scripts/run.mjs tools/bench/src/micro/narrowed-roles.ts
import { randomBytes } from 'node:crypto'
import { type AccessTokenClaims, createAccessTokenVerifier, parseKeyRing } from '@latchkey/access-token'
import {
  createRevocationTable,
  type RevocationTable,
} from '../../../../packages/resource-server/src/revocations/revocation-table.ts'
import { ACCESS_SECRET, AUDIENCE, accessTokens, ISSUER, KID } from '../tokens.ts'
import { measure } from './measure.ts'

const SESSIONS = 100_000
const TOKENS = 5000
const exp = Math.floor(Date.now() / 1000) + 3600

/** A feed's worth of ended sessions, and roles that the tokens here do not hold. */
function tableWith(roles: number): RevocationTable {
  const table = createRevocationTable(Date.now)
  for (let i = 0; i < SESSIONS; i++) table.add({ kind: 'session', id: randomBytes(16).toString('base64url'), exp })
  for (let i = 0; i < roles; i++) table.add({ kind: 'role', id: `narrowed-${i}`, pol: 10 + i, exp })
  return table
}

const ring = parseKeyRing(`${KID}:${ACCESS_SECRET}`)
const verify = createAccessTokenVerifier({ ring: () => ring, issuer: ISSUER, audience: AUDIENCE })
const tokens = accessTokens(TOKENS)
const claims = tokens.map((token): AccessTokenClaims => ({ ...verify(token), pol: 9 }))
const ofFourRoles = claims.map((them) => ({ ...them, roles: ['staff', 'hr', 'payroll', 'facilities'] }))
const ofClients = claims.map(({ sid: _, did: __, ver: ___, roles: ____, pol: _____, ...them }) => them)

const tables = [0, 1, 64].map((roles) => ({ roles, table: tableWith(roles) }))
const at = <Item>(items: readonly Item[], i: number): Item => items[i % TOKENS] as Item

for (const [title, list] of [
  ['a token of one role', claims],
  ['a token of four roles', ofFourRoles],
  ["a service client's token", ofClients],
] as const) {
  measure(
    `${title}: the look-up among ${SESSIONS.toLocaleString('en')} ended sessions`,
    tables.map(({ roles, table }) => ({
      name: `and ${roles} narrowed roles`,
      run: (i) => table.refusesToken(at(list, i)),
    })),
  )
}

measure('a token of one role: the whole check, signature included', [
  { name: 'without a feed', run: (i) => verify(at(tokens, i)) },
  ...tables.map(({ roles, table }) => ({
    name: `with ${roles} narrowed roles`,
    run: (i: number) => table.refusesToken(verify(at(tokens, i))),
  })),
])
