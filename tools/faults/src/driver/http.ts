import { createHttpClient, type HttpRequest, type HttpResponse } from '@latchkey/harness'

/** `status` 0 means that there was no response. */
export type Reply = Pick<HttpResponse, 'status' | 'headers' | 'body' | 'text'>

/** Never rejects: what a caller cannot know is part of every experiment. */
export type Http = {
  send(url: string, request?: HttpRequest): Promise<Reply>
  /** Closes every connection, so that services stop at once. */
  close(): void
}

/** Much longer than any call takes, on the busiest machine. */
const TIMEOUT_MS = 15_000
const NO_RESPONSE: Reply = { status: 0, headers: {}, body: {}, text: '' }

export function createHttp(): Http {
  const client = createHttpClient({ keepAlive: true, timeoutMs: TIMEOUT_MS })
  return {
    send: (url, request) => client.request(url, request).catch(() => NO_RESPONSE),
    close: () => client.close(),
  }
}
