import {
  audience,
  claimsWithText,
  forgeToken,
  goodClaims,
  goodHeader,
  issuer,
  nowSeconds,
  tokenWith,
} from './forge-token.ts'

const required = ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'client_id'] as const
const ofUsers = ['sid', 'did', 'ver', 'roles'] as const

/** B8: what must be there. */
export const missingClaims: Record<string, string> = Object.fromEntries(
  [...required, ...ofUsers].map((name) => [`no ${name}`, tokenWith({ [name]: undefined })]),
)

const texts = (name: keyof typeof goodClaims, ...values: string[]): [string, string][] =>
  values.map((text) => [`${name} ${text}`, forgeToken(goodHeader, claimsWithText(name, text))])

/** A claim that good tokens need not have. */
const withClaim = (name: string, text: string): string =>
  forgeToken(goodHeader, JSON.stringify(goodClaims).replace('{', `{"${name}":${text},`))

/** A good token of a service client but for these claims. */
const ofClient = (claims: object = {}): string =>
  tokenWith({ sub: 'web', sid: undefined, did: undefined, ver: undefined, roles: undefined, ...claims })

/** B9: types and ranges. */
export const oddClaims: Record<string, string> = {
  ...Object.fromEntries([
    ...texts(
      'exp',
      '"1900000000"',
      'null',
      '[1900000000]',
      '1e400',
      '-1e400',
      '9e15',
      '-1',
      '1900000000.5',
      'true',
      '{}',
    ),
    ...texts('iat', '"x"', 'null', '1e400', '-1e400', '-1', '1799999999.5', '[]'),
    ...texts(
      'sub',
      '7',
      '{}',
      'null',
      '""',
      '["u1"]',
      '"u\\u00001"',
      '"u\\n1"',
      '"\\ud800"',
      'true',
      '"{u1}"',
      '"u 1"',
    ),
    ...texts('jti', '7', 'null', '""', '[]', '"a/b"'),
    ...texts('client_id', '7', 'null', '""', '"we:b"'),
    ...texts('aud', '["employees",1]', '[]', 'null', '7', '{"0":"employees"}', '[["employees"]]', '""'),
    ...texts('iss', `["${issuer}","https://evil.test"]`, `["${issuer}"]`, 'null', '7', '{}'),
    ...texts('scope', '7', 'null', '["employees:read"]', '"a\\"b"', '"a  b"', '" a"', '"a\\tb"'),
    ...texts('sid', '7', 'null', '""', '"a:b"', '"{s1}"', '".."', '" s1"'),
    ...texts('did', '7', 'null', '""', '"u"', '"seven77"', '"device.one"', '"{device}"', '"device\\n1"'),
    ...texts('ver', '"3"', '-1', '1.5', '1e400', 'null', '9007199254740992'),
    ...texts('roles', '"admin"', '[1]', 'null', '{"0":"admin"}', '[["admin"]]', '["a b"]'),
  ]),
  ...Object.fromEntries(
    ['1e400', '-1e400', '"1"', 'null', '[1]', '9e15', '1.5'].map((text) => [`nbf ${text}`, withClaim('nbf', text)]),
  ),
  ...Object.fromEntries(
    ['"3"', '-1', '1.5', '1e400', 'null', '9007199254740992', '[1]', '{}', 'true'].map((text) => [
      `pol ${text}`,
      withClaim('pol', text),
    ]),
  ),
  ...Object.fromEntries(
    ['3', -1, 1.5, null, 2 ** 53, [1], true].map((ver) => [
      `a service client with ver ${JSON.stringify(ver)}`,
      ofClient({ ver }),
    ]),
  ),
  'a service client with roles': ofClient({ roles: ['admin'] }),
  'a service client without roles, in a list': ofClient({ roles: [] }),
  'a service client with roles and ver': ofClient({ roles: ['admin'], ver: 1 }),
  'a service client with a device': ofClient({ did: 'device-1' }),
  'a service client with pol': ofClient({ pol: 1 }),
  'ver without a session, of a user': ofClient({ sub: 'u1', ver: 1 }),
  'more scopes than a token holds': tokenWith({ scope: `employees:read ${'x'.repeat(3486)}` }),
  'a sub of 257 characters': tokenWith({ sub: 'u'.repeat(257) }),
  'a sub of 5000 characters': tokenWith({ sub: 'u'.repeat(5000) }),
  'a did of 65 characters': tokenWith({ did: 'd'.repeat(65) }),
  'a username that is a number': tokenWith({ username: 7 }),
  'an email with a line break': tokenWith({ email: 'a@b.test\r\nx' }),
  'an exp before its iat': tokenWith({ iat: nowSeconds - 1, exp: nowSeconds - 2 }),
}

const skew = 5

/** B10: times beyond the leeway of 5 seconds. */
export const untimely: Record<string, string> = {
  'nbf 2 s beyond the leeway': tokenWith({ nbf: nowSeconds + skew + 2 }),
  'iat 2 s beyond the leeway': tokenWith({ iat: nowSeconds + skew + 2 }),
}

export const expired: Record<string, string> = {
  'exp 2 s beyond the leeway': tokenWith({ exp: nowSeconds - skew - 2 }),
  'exp just beyond the leeway': tokenWith({ exp: nowSeconds - skew }),
  'exp in 1970': tokenWith({ iat: 0, exp: 1 }),
}

/** B11: for another audience, or by another issuer. */
export const strangers: Record<string, string> = {
  'iss with a slash': tokenWith({ iss: `${issuer}/` }),
  'iss in other case': tokenWith({ iss: issuer.toUpperCase() }),
  'iss by http': tokenWith({ iss: issuer.replace('https', 'http') }),
  'iss with a space': tokenWith({ iss: `${issuer} ` }),
  'aud of another service': tokenWith({ aud: 'other' }),
  'aud that starts like ours': tokenWith({ aud: `${audience}-admin` }),
  'aud that ends like ours': tokenWith({ aud: `all-${audience}` }),
  'aud that is a part of ours': tokenWith({ aud: audience.slice(0, -1) }),
  'aud in other case': tokenWith({ aud: audience.toUpperCase() }),
  'aud with ours among words': tokenWith({ aud: `other ${audience}` }),
  'aud list without ours': tokenWith({ aud: ['other', `${audience}2`] }),
}

/** What must pass, so that the tables above prove something. */
export const accepted: Record<string, string> = {
  'B10 exp within the leeway': tokenWith({ exp: nowSeconds - skew + 2 }),
  'B10 nbf within the leeway': tokenWith({ nbf: nowSeconds + skew }),
  'B10 iat within the leeway': tokenWith({ iat: nowSeconds + skew }),
  'B11 aud list with ours': tokenWith({ aud: ['other', audience] }),
  'B12 typ application/at+jwt': forgeToken({ ...goodHeader, typ: 'application/at+jwt' }, goodClaims),
  'B12 typ AT+JWT': forgeToken({ ...goodHeader, typ: 'AT+JWT' }, goodClaims),
  'B12 typ Application/At+Jwt': forgeToken({ ...goodHeader, typ: 'Application/At+Jwt' }, goodClaims),
  'B7 another order and white space': forgeToken(
    '{ "kid": "k1",\n "typ": "at+jwt", "alg": "HS256" }',
    JSON.stringify(goodClaims, null, 2),
  ),
  'B7 an unknown claim': tokenWith({ note: { a: ['b', { c: null }] } }),
  'an identifier of 256 characters': tokenWith({ jti: '-'.repeat(256) }),
  'a service client': ofClient(),
  'a service client that lost a scope': ofClient({ ver: 1 }),
  'a user whose scopes follow from version 0 of the policy': tokenWith({ pol: 0 }),
  'a user whose scopes follow from a later one': tokenWith({ pol: Number.MAX_SAFE_INTEGER }),
  'as many scopes as a token holds': tokenWith({ scope: `employees:read ${'x'.repeat(3485)}` }),
}
