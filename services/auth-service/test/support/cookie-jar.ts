import type { HttpsAnswer, HttpsCall, HttpsClient } from '@latchkey/test-kit'

type Cookie = { readonly name: string; readonly value: string; readonly path: string }

export type CookieJar = {
  /** The cookie of this name, as it is kept. */
  find(name: string): Cookie | undefined
  /** A call with the cookies that a browser would send, from a page of the host itself; keeps those of the answer. */
  call(url: string, call?: HttpsCall): Promise<HttpsAnswer>
}

/** The cookies of one browser for one host over https, by the rules of RFC 6265, sections 5.1.4, 5.3 and 5.4, and of the prefixes. */
export function createCookieJar(client: HttpsClient): CookieJar {
  let cookies: Cookie[] = []
  return {
    find: (name) => cookies.find((cookie) => cookie.name === name),
    async call(url, call = {}) {
      const { pathname, origin } = new URL(url)
      const sent = cookies
        .filter(({ path }) => pathMatches(pathname, path))
        .map(({ name, value }) => `${name}=${value}`)
      const headers = { origin, ...(sent.length > 0 && { cookie: sent.join('; ') }), ...call.headers }
      const answer = await client.call(url, { ...call, headers })
      for (const line of answer.headers['set-cookie'] ?? []) keep(line, pathname)
      return answer
    },
  }

  function keep(line: string, requestPath: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const attributeOf = (wanted: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
    const given = attributeOf('path')
    const path = given?.startsWith('/') ? given : requestPath.replace(/\/[^/]*$/, '') || '/'
    const isSecure = attributes.some((each) => each.toLowerCase() === 'secure')
    if (/^__(?:host|secure)-/i.test(name) && !isSecure) return
    if (/^__host-/i.test(name) && (given !== '/' || attributeOf('domain') !== undefined)) return
    cookies = cookies.filter((cookie) => cookie.name !== name || cookie.path !== path)
    if (Number(attributeOf('max-age') ?? 1) > 0) cookies.push({ name, value, path })
  }
}

const pathMatches = (request: string, path: string): boolean =>
  request === path || (request.startsWith(path) && (path.endsWith('/') || request[path.length] === '/'))
