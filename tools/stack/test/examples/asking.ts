import { AuthError } from '@latchkey/client'
import { sleep, untilDecided } from '@latchkey/harness'

/** What is read of any answer here. */
export type Answer = {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: {
    readonly code?: string
    readonly id?: string
    readonly clientSecret?: string
    readonly accessToken?: string
    readonly access_token?: string
    readonly invitation?: { readonly link: string }
  }
}

/** Calls until there is time for that. With a body it is a POST unless said otherwise. */
export type Ask = (url: string, body?: object, method?: string) => Promise<Answer>

export function askBy(fetch: typeof globalThis.fetch): Ask {
  return (url, body, method = body ? 'POST' : 'GET') => {
    const type = { 'content-type': 'application/json' }
    const call = { method, ...(body && { headers: type, body: JSON.stringify(body) }) }
    const ask = async (): Promise<Answer> => {
      const response = await untilKnown(() => fetch(url, call))
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      const { status, headers } = response
      return { status, retryAfter: headers.get('retry-after'), body: isJson ? JSON.parse(text) : {} }
    }
    return untilDecided(ask, (answer) => answer)
  }
}

/** With one token, which is not refreshed. */
export function askWith(token = ''): Ask {
  return askBy((url, call) => {
    const headers = new Headers(call?.headers)
    headers.set('authorization', `Bearer ${token}`)
    return fetch(url, { ...call, headers })
  })
}

/** With a token that is still good: on a busy machine one may expire on its way. */
export async function askWithFresh(token: () => Promise<string>, url: string): Promise<Answer> {
  const answer = await askWith(await token())(url)
  return answer.body.code === 'token_expired' ? askWithFresh(token, url) : answer
}

export const anyone = askBy((...call) => fetch(...call))

/** A busy machine may leave it open whether somebody is signed in. */
export async function untilKnown<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'unavailable' || tries === 30) throw error
      await sleep(500)
    }
  }
}
