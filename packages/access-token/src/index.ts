export {
  type AccessTokenVerifierOptions,
  createAccessTokenSigner,
  createAccessTokenVerifier,
} from './access-token.ts'
export type { AccessTokenClaims } from './access-token-claims.ts'
export { assertDisjoint, type Key, type KeyRing, KeyRingError, parseKeyRing } from './key-ring.ts'
export { createRefreshTokenSigner, createRefreshTokenVerifier, type RefreshTokenClaims } from './refresh-token.ts'
export { ROLES, type Role, SCOPES, type Scope, scopesOfRoles } from './roles.ts'
export { type SignatureVerifier, signatureOptions } from './strict-verifier.ts'
export { TokenError, type TokenErrorCode } from './token-error.ts'
