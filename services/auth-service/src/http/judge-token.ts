import { type AccessTokenClaims, TokenError } from '@latchkey/access-token'
import { AccessError } from '@latchkey/resource-server'

type Judged = { readonly claims: AccessTokenClaims } | { readonly reason: string }

/**
 * The claims of a good access token, or the code of what is wrong with it.
 *
 * @throws when it can't be told now
 */
export function judgeToken(verify: (token: string) => AccessTokenClaims, token: string): Judged {
  try {
    return { claims: verify(token) }
  } catch (error) {
    if (error instanceof TokenError || (error instanceof AccessError && error.statusCode === 401)) {
      return { reason: error.code }
    }
    throw error
  }
}
