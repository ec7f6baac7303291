import { type TObject, type TProperties, Type } from 'typebox'

/** RFC 6749 §5.2. */
const OAuthErrorReply = Type.Object({
  error: Type.String({ description: 'Stable, for programs' }),
  error_description: Type.String({ description: 'For people' }),
})

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Client authentication is missing or failed',
  403: 'The client may not call this',
  413: 'The body is too large',
  415: 'The body is no form',
  429: 'Too many failed attempts; see Retry-After',
  503: 'A dependency is unavailable; see Retry-After',
}

/** Error answers of the standard endpoints: all of them may refuse a request and the client behind it. */
export const oauthErrors = Object.fromEntries(
  Object.entries(DESCRIPTIONS).map(([status, description]) => [
    status,
    { description, content: { 'application/json': { schema: OAuthErrorReply } } },
  ]),
)

/** Nothing is to be sent: under 200 even `null` would be serialized to text. */
export const NoBody = Type.Unsafe<undefined>({ type: 'null', description: 'The body is empty' })

/** A form as the description has it: the endpoints read it themselves, as their errors have another form than those of other routes. */
const Form = <Fields extends TProperties>(fields: Fields): TObject<Fields> => Type.Object(fields)

/** A client names itself here or by HTTP Basic (RFC 6749 §2.3.1). */
const clientFields = {
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String()),
}

export const TokenFields = Form({
  grant_type: Type.Union([Type.Literal('client_credentials'), Type.Literal('refresh_token')]),
  scope: Type.Optional(Type.String({ description: 'Names of scopes, with a space between' })),
  refresh_token: Type.Optional(Type.String({ description: 'With `refresh_token`' })),
  ...clientFields,
})

export const OneTokenFields = Form({
  token: Type.String(),
  token_type_hint: Type.Optional(Type.String({ description: 'Ignored: the token shows its kind' })),
  ...clientFields,
})
