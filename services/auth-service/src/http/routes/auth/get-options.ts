import { type AppInstance, problemResponses } from '@latchkey/service-kit'
import { type Static, Type } from 'typebox'
import { type Config, PRODUCT } from '../../../config.ts'
import { PASSWORD_MAX_BYTES } from '../../../users/password-rules.ts'

const OptionsReply = Type.Object({
  registration: Type.Union([Type.Literal('invite'), Type.Literal('open')]),
  domains: Type.Array(Type.String(), { description: 'Whose addresses may register; any if it is empty' }),
  mail: Type.Boolean({ description: 'Whether mails leave' }),
  password: Type.Object({
    minLength: Type.Integer({ description: 'In characters' }),
    maxBytes: Type.Integer({ description: 'In UTF-8, after NFKC' }),
  }),
  product: Type.String(),
})

/** What a sign-in page has to know before anybody has signed in. */
export type SignInOptions = Static<typeof OptionsReply>

export function signInOptionsOf({ registration, mail, passwords }: Config): SignInOptions {
  return {
    registration: registration.mode,
    domains: [...(registration.domains ?? [])],
    mail: mail !== undefined,
    password: { minLength: passwords.minLength, maxBytes: PASSWORD_MAX_BYTES },
    product: PRODUCT,
  }
}

export function getOptionsRoute(app: AppInstance, options: SignInOptions): void {
  app.get(
    '/options',
    {
      config: { operation: 'get_options' },
      schema: {
        tags: ['auth'],
        summary: 'How people come in here',
        response: { 200: OptionsReply, ...problemResponses(503) },
      },
    },
    async () => options,
  )
}
