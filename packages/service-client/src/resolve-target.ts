/**
 * The address of a call. A path is appended to the base's own; a whole URL must lie below the base. Dot segments are refused:
 * an id of `..` in a path would lead to another resource, and encodeURIComponent does not escape it.
 *
 * @throws {TypeError} whose message repeats no part of the address
 */
export function resolveTarget(base: URL, target: string | URL): URL {
  const prefix = base.pathname.replace(/\/$/, '')
  const url = target instanceof URL || URL.canParse(target) ? new URL(target) : below(base.origin + prefix, target)
  const isBelow = url.pathname === prefix || url.pathname.startsWith(`${prefix}/`)
  if (url.origin !== base.origin || !isBelow)
    throw new TypeError('The URL is not below baseUrl: no token is sent there.')
  if (url.username !== '' || url.password !== '') throw new TypeError('The URL must hold no credentials.')
  return url
}

function below(root: string, target: string): URL {
  const [path = ''] = /^[^?#]*/.exec(target) ?? []
  if (!path.startsWith('/') || path.startsWith('//')) throw new TypeError("The path must start with one '/'.")
  // The URL parser takes backslashes for slashes, and drops tabs and line breaks.
  if (/[\\\p{Cc}]/u.test(path)) throw new TypeError('The path must hold no backslash and no control character.')
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) throw new TypeError("The path must hold no '.' or '..' segment.")
  return new URL(root + target)
}
