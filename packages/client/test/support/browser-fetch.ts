type Cookie = { readonly value: string; readonly path: string }

/** `fetch` as the pages of one browser have it: they share its cookies, and say where they come from. */
export function browserFetch(origin: string): { fetch: typeof fetch; cookies: Map<string, Cookie> } {
  const cookies = new Map<string, Cookie>()
  return {
    cookies,
    async fetch(input, init) {
      const request = new Request(input, init)
      const { pathname } = new URL(request.url)
      request.headers.set('origin', origin)
      const sent = [...cookies].filter(
        ([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')),
      )
      if (request.credentials !== 'omit' && sent.length > 0) {
        request.headers.set('cookie', sent.map(([name, { value }]) => `${name}=${value}`).join('; '))
      }
      const response = await fetch(request)
      for (const line of response.headers.getSetCookie()) keep(line)
      return response
    },
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    const path = attributes.find((attribute) => attribute.startsWith('Path='))?.slice('Path='.length) ?? '/'
    if (value === '') cookies.delete(name)
    else cookies.set(name, { value, path })
  }
}
