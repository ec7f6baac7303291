import { createHash, generateKeyPairSync, type KeyObject, sign as signWith } from 'node:crypto'
import {
  encode,
  forgeToken,
  goodClaims,
  goodHeader,
  hmac,
  kid,
  type Signer,
  secret,
  tokenUnder,
} from './forge-token.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed25519 = generateKeyPairSync('ed25519')
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const jwk = p256.publicKey.export({ format: 'jwk' })

const unsigned = (alg: unknown): string => `${encode({ ...goodHeader, alg })}.${encode(goodClaims)}.`

function rawPoint(): Buffer {
  return Buffer.concat([Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.y ?? '', 'base64url')])
}

function asymmetric(key: KeyObject, hash: string | null): Signer {
  return (input) => signWith(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

const noneSpellings = ['none', 'None', 'NONE', 'noNE']
const dummySignature = createHash('sha256').update('x').digest('base64url')

/** B1: only the algorithm of the key will do, spelled exactly. */
export const wrongAlgorithms: Record<string, string> = {
  ...Object.fromEntries(
    noneSpellings.flatMap((alg) => [
      [`alg ${alg} without a signature`, unsigned(alg)],
      [`alg ${alg} with a short signature`, `${unsigned(alg)}AA`],
      [`alg ${alg} with a signature of the right size`, unsigned(alg) + dummySignature],
      [`alg ${alg} signed with the key`, tokenUnder({ alg })],
    ]),
  ),
  'HS256 without a signature': unsigned('HS256'),
  'alg hs256': tokenUnder({ alg: 'hs256' }),
  'alg HS256 with a space': tokenUnder({ alg: 'HS256 ' }),
  'HS384 with the key': tokenUnder({ alg: 'HS384' }, hmac(secret, 'sha384')),
  'HS512 with the key': tokenUnder({ alg: 'HS512' }, hmac(secret, 'sha512')),
  'HS512 named, HS256 made': tokenUnder({ alg: 'HS512' }),
  'HS256 named, HS512 made': tokenUnder({}, hmac(secret, 'sha512')),
  'an HS256 signature cut to 128 bits': tokenUnder({}, (input) => hmac(secret)(input).subarray(0, 16)),
  'RS256 by a key of the attacker': tokenUnder({ alg: 'RS256' }, asymmetric(rsa.privateKey, 'sha256')),
  'PS256 named': tokenUnder({ alg: 'PS256' }),
  'ES384 by a key of the attacker': tokenUnder({ alg: 'ES384' }, asymmetric(p384.privateKey, 'sha384')),
  'no alg': tokenUnder({ alg: undefined }),
  'alg null': tokenUnder({ alg: null }),
  'alg in a list': tokenUnder({ alg: ['HS256'] }),
  'alg as an object': tokenUnder({ alg: { toString: 'HS256' } }),
}

/** B2: the algorithm belongs to the key that kid names. */
export const confusedKeys: Record<string, string> = {
  'a public key in PEM as the HMAC secret': tokenUnder({}, hmac(pem)),
  'a trimmed PEM as the HMAC secret': tokenUnder({}, hmac(pem.trim())),
  'a PEM after a space as the HMAC secret': tokenUnder({}, hmac(` ${pem}`)),
  'DER as the HMAC secret': tokenUnder({}, hmac(rsa.publicKey.export({ type: 'spki', format: 'der' }))),
  'a public JWK as the HMAC secret': tokenUnder({}, hmac(JSON.stringify(jwk))),
  'the raw point of a public key as the HMAC secret': tokenUnder({}, hmac(rawPoint())),
  'the kid as the HMAC secret': tokenUnder({}, hmac(kid)),
  'the secret read as base64': tokenUnder({}, hmac(Buffer.from(secret, 'base64'))),
  'EdDSA under the kid of an HMAC key': tokenUnder({ alg: 'EdDSA' }, asymmetric(ed25519.privateKey, null)),
  'ES256 under the kid of an HMAC key': tokenUnder({ alg: 'ES256' }, asymmetric(p256.privateKey, 'sha256')),
  'EdDSA named, HMAC made': tokenUnder({ alg: 'EdDSA' }),
  'ES256 with a signature of zeros': tokenUnder({ alg: 'ES256' }, () => Buffer.alloc(64)),
}

/**
 * B3: keys that a token brings along or points to are neither used nor fetched.
 *
 * @param url of a server that must never be called
 */
export function ownKeys(url: string): Record<string, string> {
  const attacker = hmac('the secret of another party, 32 bytes and more')
  const oct = { kty: 'oct', k: Buffer.from('the secret of another party').toString('base64url') }
  const es256 = asymmetric(p256.privateKey, 'sha256')
  const extra = { jwk, x5c: ['MIIB'], jku: url, x5u: url, x5t: 'AAAA', 'x5t#S256': 'AAAA', cty: 'JWT', zip: 'DEF' }
  return {
    'its own public jwk, signed with it': tokenUnder({ alg: 'ES256', jwk }, es256),
    'its own secret jwk, signed with it': tokenUnder({ jwk: oct }, attacker),
    'its own x5c, signed with it': tokenUnder({ alg: 'ES256', x5c: [pem] }, es256),
    'jku to a listener': tokenUnder({ jku: url }, attacker),
    'x5u to a listener': tokenUnder({ x5u: url }, attacker),
    'a kid that is the URL of a listener': tokenUnder({ kid: url }, attacker),
    ...Object.fromEntries(
      Object.entries(extra).map(([name, value]) => [`${name} with a good signature`, tokenUnder({ [name]: value })]),
    ),
    'any unknown header member': forgeToken({ ...goodHeader, note: 'hello' }, goodClaims),
  }
}
