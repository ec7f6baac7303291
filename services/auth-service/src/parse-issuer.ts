/**
 * Reads an issuer (RFC 8414 §2): no query, no fragment. Its path is part of where its metadata are found, so it is a plain one.
 * @throws an Error that ends a sentence and shows no value
 */
export function parseIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error('must be a URL that starts with https:// or http://')
  }
  const isPlain = !/[?#]/.test(text) && url.username === '' && url.password === '' && /^[\w./~-]*$/.test(url.pathname)
  if (!isPlain || url.pathname.includes('//')) {
    throw new Error('must have no query, no fragment, no credentials, and a path of letters, digits, . _ ~ - and /')
  }
  return text
}
