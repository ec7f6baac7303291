import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'

export type HttpsAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON. */
  json(): unknown
}

export type HttpsCall = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, unless it is text or bytes. */
  readonly body?: unknown
}

export type HttpsClient = {
  call(url: string | URL, call?: HttpsCall): Promise<HttpsAnswer>
  /** Names of all headers in answers so far, in lower case. */
  readonly headerNames: ReadonlySet<string>
}

/** Calls servers that have this certificate. Nothing is added to a request and nothing taken from an answer: no cookies, no redirects. */
export function createHttpsClient(certificate: string): HttpsClient {
  const headerNames = new Set<string>()
  return {
    headerNames,
    async call(url, { method = 'GET', headers = {}, body } = {}) {
      const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
      const payload = body === undefined || isRaw ? body : JSON.stringify(body)
      const type = payload === undefined || isRaw ? {} : { 'content-type': 'application/json' }
      const sent = request(url, { method, headers: { ...type, ...headers }, ca: certificate, agent: false })
      const { promise, resolve, reject } = Promise.withResolvers<HttpsAnswer>()
      sent.on('error', reject).on('response', (response) => {
        for (const name of Object.keys(response.headers)) headerNames.add(name)
        text(response).then((answer) => {
          const { statusCode: status = 0, headers: answered } = response
          resolve({ status, headers: answered, text: answer, json: () => JSON.parse(answer) })
        }, reject)
      })
      sent.end(payload)
      return promise
    },
  }
}

/** What browsers show to every page, or what no page asks for. */
const NOT_EXPOSED =
  /^(?:cache-control|content-(?:language|length|type|encoding|security-policy)|expires|last-modified|pragma|access-control-.*|connection|keep-alive|date|server|transfer-encoding|vary|set-cookie|strict-transport-security|x-content-type-options|referrer-policy|cross-origin-resource-policy|accept-ranges|x-frame-options)$/

/** Headers of answers that a page may want to read and cannot, given the Access-Control-Expose-Headers of one. */
export function unexposedHeaders({ headerNames }: HttpsClient, exposed: string | undefined): string[] {
  const listed = new Set((exposed ?? '').split(',').map((name) => name.trim().toLowerCase()))
  return [...headerNames].filter((name) => !NOT_EXPOSED.test(name) && !listed.has(name))
}
