import type { paths } from './api/auth-service.ts'

type Post<Path extends keyof paths> = paths[Path] extends { post: infer Operation } ? Operation : never
type Json<Content> = Content extends { content: { 'application/json': infer Value } } ? Value : never
type BodyOf<Path extends keyof paths> =
  Post<Path> extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : never

/** The answer of a sign-in and of a refresh. */
export type Grant = Json<paths['/auth/refresh']['post']['responses'][200]>

/** Who is signed in here, on which device, and what they may do. */
export type Session = Readonly<Pick<Grant, 'user' | 'device' | 'scopes'>>

/** The client adds the rest. */
type Own = 'delivery' | 'deviceToken' | 'deviceId'

export type Credentials = Omit<BodyOf<'/auth/login'>, Own>
export type Registration = Omit<BodyOf<'/auth/register'>, Own>
export type Invitation = Omit<BodyOf<'/auth/invitations/accept'>, Own>
export type PasswordChange = BodyOf<'/auth/password'>

/** Why a session is over. `unknown` also where the browser holds no refresh token any more. */
export type EndReason =
  | 'signed_out'
  | 'signed_out_everywhere'
  | 'revoked_by_user'
  | 'revoked_by_admin'
  | 'replaced'
  | 'evicted'
  | 'password_changed'
  | 'account_disabled'
  | 'token_reused'
  | 'idle_expired'
  | 'max_age_expired'
  | 'unknown'

/** A proxy or a portal may answer anything, with 200 as well. */
export function isGrant(body: object): body is Grant {
  const { user, expiresIn } = body as Partial<Grant>
  return user !== undefined && Number(expiresIn) > 0
}
