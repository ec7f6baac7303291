import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export type Question = {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | undefined
}

/** `status` 0 means that there was no answer. */
export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
}

/** Much longer than any call may take, on however busy a machine. */
const PATIENCE_MS = 15_000
const NO_ANSWER: Answer = { status: 0, headers: {}, body: {} }

const agent = new Agent({ keepAlive: true, maxSockets: 128 })

/** Never rejects. */
export function ask({ method, url, headers = {}, body }: Question): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const outgoing = request(
    url,
    {
      method,
      agent,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...headers,
        ...(payload !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(payload)),
        }),
      },
    },
    (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => {
        text += chunk
      })
      incoming.on('error', () => resolve(NO_ANSWER))
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parse(text) }),
      )
    },
  )
  outgoing.on('error', () => resolve(NO_ANSWER))
  outgoing.end(payload)
  return promise
}

/** Lets go of every connection, so that services can stop at once. */
export const hangUp = (): void => agent.destroy()

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
