import { once } from 'node:events'
import { request as httpRequest } from 'node:http'

export type Answer = {
  readonly status: number | undefined
  /** The parsed JSON; an empty object when there is no body. */
  readonly body: Readonly<Record<string, unknown>>
}

export type RequestOptions = { method?: string; token?: string; body?: unknown; id?: string }

/** Sends one request over a connection of its own, so that every one of them may meet another replica. */
export async function request(url: string, { method, token, body, id }: RequestOptions = {}): Promise<Answer> {
  const sent = httpRequest(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    agent: false,
    timeout: 10_000,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(id && { 'x-request-id': id }),
    },
  })
  sent.on('timeout', () => sent.destroy(new Error(`${url} did not answer in time`)))
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = await once(sent, 'response')
  const text = (await response.setEncoding('utf8').toArray()).join('')
  return { status: response.statusCode, body: text === '' ? {} : JSON.parse(text) }
}
