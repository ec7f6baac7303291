import { isLoopback } from '../settings/parsers.ts'

/** Cookies are `Secure`: they travel over https, and in development to and from localhost. */
export function mayUseCookies(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/**
 * Origins whose pages may use cookies: those of the allowed ones that can, and the one of the service itself where people's browsers
 * reach it. Other allowed origins, those of web views for example, come with a token in a header.
 */
export function cookieOrigins(allowed: readonly string[], publicUrl?: string): string[] {
  const own = publicUrl === undefined ? [] : [new URL(publicUrl).origin]
  return [...new Set([...allowed, ...own])].filter(mayUseCookies)
}
