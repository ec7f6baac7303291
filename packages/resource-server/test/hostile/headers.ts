import { forgeToken, goodClaims, goodHeader, hmac, kid, tokenUnder } from './forge-token.ts'

const hostileKids: Record<string, unknown> = {
  missing: undefined,
  empty: '',
  null: null,
  'a number': 1,
  'an object': {},
  'a list': [],
  'the key in a list': [kid],
  'called __proto__': '__proto__',
  'called constructor': 'constructor',
  'called hasOwnProperty': 'hasOwnProperty',
  'a path': '../../dev/null',
  'an injection': "' OR 1=1--",
  'followed by NUL': `${kid}\u0000`,
  'in other case': kid.toUpperCase(),
  'with a space': `${kid} `,
  'of 5 KB': 'k'.repeat(5 * 1024),
  'of 8 KB': 'k'.repeat(8 * 1024),
}

/** B4: kid is no more than a name to look up. Each signed with the ring's key and with the empty one. */
export const unknownKids: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(hostileKids).flatMap(([title, value]) => [
      [`kid ${title}`, tokenUnder({ kid: value })],
      [`kid ${title}, signed with the empty key`, tokenUnder({ kid: value }, hmac(''))],
    ]),
  ),
  'an own member __proto__': forgeToken(`{"alg":"HS256","typ":"at+jwt","__proto__":{"kid":"${kid}"}}`, goodClaims),
  'a good kid with the empty key': tokenUnder({}, hmac('')),
}

const crits: unknown[] = [['x'], [], null, '', 'exp', ['exp'], ['b64', 'b64'], ['alg'], {}, 0, false]

/** B5: no critical extension is understood, so none passes. */
export const criticalHeaders: Record<string, string> = {
  ...Object.fromEntries(crits.map((crit) => [`crit ${JSON.stringify(crit)}`, tokenUnder({ crit })])),
  'crit ["b64"] with b64 false': tokenUnder({ crit: ['b64'], b64: false }),
  'b64 false without crit': tokenUnder({ b64: false }),
}

const wrongTypes: unknown[] = ['JWT', 'jwt', undefined, null, '', 'refresh+jwt', 'rt+jwt', 'at+jwt ', 'text/at+jwt', 7]

/** B12: a token of another kind, or of none. */
export const wrongKinds: Record<string, string> = {
  ...Object.fromEntries(wrongTypes.map((typ) => [`typ ${JSON.stringify(typ)}`, tokenUnder({ typ })])),
  'typ in a list': tokenUnder({ typ: ['at+jwt'] }),
  'application/ twice': tokenUnder({ typ: 'application/application/at+jwt' }),
  'a refresh token': tokenUnder({ typ: 'rt+jwt' }),
  'a refresh token in shape and type': forgeToken(
    { ...goodHeader, typ: 'rt+jwt' },
    { sub: 'u1', did: 'd1', sid: 's1', gen: 1, iat: goodClaims.iat, exp: goodClaims.exp },
  ),
  'typ as an object': tokenUnder({ typ: {} }),
}
