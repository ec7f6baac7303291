import { isDeviceId, isTime } from './claim-types.ts'
import type { KeyRing } from './key-ring.ts'
import { createStrictVerifier } from './strict-verifier.ts'
import { TokenError } from './token-error.ts'

/**
 * The claims of a device token: the device, and for each account that signed in on it lately an entry that only the issuer can read.
 * Times in whole seconds since 1970.
 */
export type DeviceTokenClaims = { did: string; acc: string[]; iat: number; exp: number }

const maxAccounts = 10
/** Opaque: 128 bits and a time. */
const accountPattern = /^[\w-]{22}\.[1-9]\d{0,14}$/

/**
 * Verifies the signature and form of a device token, and reads its claims. The issuer decides what it proves, and checks its `exp`: an
 * expired one still names its device.
 *
 * The verifier throws {@link TokenError} `invalid_token`.
 */
export function createDeviceTokenVerifier({ ring }: { ring: () => KeyRing }): (token: string) => DeviceTokenClaims {
  const verify = createStrictVerifier({ ring, typ: 'dt+jwt' })
  return (token) => {
    const { did, acc, iat, exp } = verify(token)
    if (!isDeviceId(did)) throw refused('did')
    if (!isAccountList(acc)) throw refused('acc')
    if (!isTime(iat)) throw refused('iat')
    if (!isTime(exp)) throw refused('exp')
    return { did, acc, iat, exp }
  }
}

function isAccountList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > maxAccounts) return false
  return value.every((entry) => typeof entry === 'string' && accountPattern.test(entry))
}

function refused(claim: string): TokenError {
  return new TokenError('invalid_token', `the claim ${claim} was refused`)
}
