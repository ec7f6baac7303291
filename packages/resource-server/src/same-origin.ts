import type { FastifyRequest } from 'fastify'
import { AccessError } from './access-error.ts'

type OriginRequest = Pick<FastifyRequest, 'headers' | 'host' | 'protocol'>

/**
 * Refuses a request that a browser sent for another site (CSRF). `Origin` decides where there is one, else
 * `Sec-Fetch-Site`; with neither the caller must send any `X-Requested-With`, which no form and no simple cross-site
 * request can (OWASP CSRF Prevention Cheat Sheet: Fetch Metadata, standard headers, custom headers).
 *
 * @param allowedOrigins more origins than the service's own, exact, scheme and port included
 * @throws {AccessError} `csrf_rejected`
 */
export function assertSameOrigin(request: OriginRequest, allowedOrigins: readonly string[]): void {
  if (!isFromOwnPages(request, allowedOrigins)) throw new AccessError('csrf_rejected')
}

function isFromOwnPages(request: OriginRequest, allowedOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site, 'x-requested-with': requestedWith } = request.headers
  if (origin !== undefined) return isOwnOrigin(request, origin) || allowedOrigins.includes(origin)
  // `none`: no page caused it, but a typed address or a bookmark.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return requestedWith !== undefined && requestedWith !== ''
}

/**
 * Whether `origin` is that of the service as the browser sees it. Behind a proxy that terminates TLS we may see plain HTTP
 * where the browser saw https, so https always passes; http passes only on localhost, where the request came that way.
 */
function isOwnOrigin({ host, protocol }: OriginRequest, origin: string): boolean {
  return (
    isOrigin('https', host, origin) || (protocol === 'http' && isOrigin('http', host, origin) && isLoopback(origin))
  )
}

function isOrigin(scheme: string, host: string, origin: string): boolean {
  // Anything beyond name and port would be parsed as another part of the URL.
  if (!/^[\w.:[\]-]+$/.test(host)) return false
  const url = URL.parse(`${scheme}://${host}`)
  return url !== null && url.origin === origin
}

/** Names of this machine, for every browser: plain http to it is no risk. */
const isLoopback = (origin: string): boolean =>
  /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(origin).hostname)

/**
 * Checks a configured list: each entry must be spelled exactly as browsers send it, and be one whose pages can use cookies, which are
 * `Secure`: https, or http on localhost.
 *
 * @throws {TypeError} naming the first entry that could never match
 */
export function assertOrigins(origins: readonly string[]): void {
  for (const origin of origins) {
    const isSent = /^https?:/.test(origin) && URL.parse(origin)?.origin === origin
    if (!isSent || (origin.startsWith('http:') && !isLoopback(origin))) {
      throw new TypeError(
        `${JSON.stringify(origin)} is no origin such as https://app.example.com or http://localhost:3000`,
      )
    }
  }
}
