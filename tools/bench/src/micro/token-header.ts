// What reading a token's header costs, looking up one that was read before, and a whole check:
//   node scripts/run.mjs tools/bench/src/micro/token-header.ts
import { createAccessTokenVerifier, parseKeyRing } from '@latchkey/access-token'
import { readHeader } from '../../../../packages/access-token/src/token-header.ts'
import { ACCESS_SECRET, AUDIENCE, accessTokens, ISSUER, KID } from '../tokens.ts'
import { measure } from './measure.ts'

const ring = parseKeyRing(`${KID}:${ACCESS_SECRET}`)
const verify = createAccessTokenVerifier({ ring: () => ring, issuer: ISSUER, audience: AUDIENCE })
const [token = ''] = accessTokens(1)
const headerOf = (text: string): string => text.slice(0, text.indexOf('.'))
const known = new Map([[headerOf(token), readHeader(headerOf(token), 'at+jwt')]])

measure('the header of an access token', [
  { name: 'read', run: () => readHeader(headerOf(token), 'at+jwt') },
  { name: 'looked up', run: () => known.get(headerOf(token)) },
  { name: 'a whole check', run: () => verify(token) },
])
