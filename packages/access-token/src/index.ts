export { type AccessTokenVerifierOptions, createAccessTokenVerifier } from './access-token.ts'
export type { AccessTokenClaims } from './access-token-claims.ts'
export { DEVICE_ID, MAX_TIME } from './claim-types.ts'
export { createDeviceTokenVerifier, type DeviceTokenClaims } from './device-token.ts'
export { type PublicJwk, parsePrivateKeys, parsePublicKeys, publicJwks, selectPublicKeys } from './jwk-set.ts'
export {
  ALGORITHMS,
  type Algorithm,
  type Key,
  type KeyRing,
  KeyRingError,
  KID_PATTERN,
  type SigningRing,
} from './key-ring.ts'
export { createRefreshTokenVerifier, type RefreshTokenClaims } from './refresh-token.ts'
export { assertDisjoint, parseKeyRing } from './shared-key-ring.ts'
export { createAccessTokenSigner, createDeviceTokenSigner, createRefreshTokenSigner } from './signers.ts'
export { type SignatureVerifier, signatureOptions } from './strict-verifier.ts'
export { TokenError, type TokenErrorCode, UnknownKeyError } from './token-error.ts'
