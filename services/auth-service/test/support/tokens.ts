import { type AccessTokenClaims, createAccessTokenSigner } from '@latchkey/access-token'
import type { TestService } from './auth-service.ts'

/** Claims of a token as they stand in it, unchecked. */
export const claimsOf = (token: unknown): Record<string, unknown> => partOf(token, 1)

/** Header of a token as it stands in it, unchecked. */
export const headerOf = (token: unknown): Record<string, unknown> => partOf(token, 0)

function partOf(token: unknown, index: number): Record<string, unknown> {
  const part = String(token).split('.')[index] ?? ''
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

/** A token under the shared key, as every verifier could sign it: the claims of another one, some of them changed. */
export function forge({ config }: Pick<TestService, 'config'>, token: string, changes: object): string {
  const sign = createAccessTokenSigner({ ring: config.tokens.accessKeys.current })
  return sign({ ...claimsOf(token), ...changes } as AccessTokenClaims)
}
