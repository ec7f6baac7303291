import type { Authorization, Authorize } from './authorization.ts'
import { readAnswer } from './http.ts'
import type { Settings } from './options.ts'
import { toUrl } from './platform.ts'
import { refuseStream } from './refuse-stream.ts'
import { type Grant, isGrant } from './session.ts'

type Fetch = typeof globalThis.fetch

/** `fetch` with the session of this client. What goes elsewhere, or has an Authorization of its own, is left as it is. */
export function createFetch(
  { base, origins, fetch, now }: Settings,
  { authorize, adopt }: { authorize: Authorize; adopt: (grant: Grant, sentAt: number) => Promise<void> },
): Fetch {
  const send = (request: Request, { token, withCookies }: Authorization): Promise<Response> => {
    if (token) request.headers.set('authorization', `Bearer ${token}`)
    return fetch(request, withCookies && request.credentials === 'same-origin' ? { credentials: 'include' } : {})
  }

  /** Calls of auth-service that answer as a sign-in does, such as a change of password. */
  async function adoptFrom(response: Response, sentAt: number): Promise<void> {
    const { body } = await readAnswer(response)
    if (isGrant(body)) await adopt(body, sentAt)
  }

  return async (input, init) => {
    const { origin } = toUrl(input instanceof Request ? input.url : input)
    if (!origins.has(origin)) return fetch(input, init)
    refuseStream(init?.body)
    const request = new Request(input, init)
    if (request.headers.has('authorization')) return fetch(request)

    const { url, signal } = request
    const authorization = await authorize(url, signal)
    const sentAt = now()
    let response = await send(request.clone(), authorization)
    if (response.status === 401) {
      const challenge = response.headers.get('www-authenticate')
      const { body } = await readAnswer(response.clone())
      if (await authorization.refused({ code: body.code, challenge })) {
        response = await send(request, await authorize(url, signal))
      }
    }
    if (response.ok && request.method === 'POST' && url.startsWith(base)) await adoptFrom(response.clone(), sentAt)
    return response
  }
}
