import type { AppInstance } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import { OAuthError } from './oauth-error.ts'

/** Parameters of a form, each at most once. One with an empty value counts as missing (RFC 6749 §3.2). */
export type Form = ReadonlyMap<string, string>

/** Accepts forms, and no other media type, in this scope. */
export function acceptForms(app: AppInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    const form = new Map<string, string>()
    for (const [name, value] of new URLSearchParams(body.toString())) {
      if (form.has(name)) return done(new OAuthError('invalid_request', 'A parameter is repeated.'))
      if (value !== '') form.set(name, value)
    }
    done(null, form)
  })
}

/** The form of a request. Parameters in the URL are refused: query strings end up in logs. */
export function formOf(request: FastifyRequest): Form {
  if (request.url.includes('?'))
    throw new OAuthError('invalid_request', 'Parameters must be in the body, not in the URL.')
  if (!(request.body instanceof Map)) throw new OAuthError('invalid_request', 'The body must be a form.')
  return request.body
}

export function required(form: Form, name: string): string {
  const value = form.get(name)
  if (value === undefined) throw new OAuthError('invalid_request', `The parameter ${name} is missing.`)
  return value
}
