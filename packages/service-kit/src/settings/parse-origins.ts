import { BadSetting, parseList } from './parsers.ts'

/** Their pages have an opaque origin: every one of them sends `null`. */
const WITHOUT_ORIGIN = /^(?:file|data|blob|about|javascript|filesystem|mailto):/i

/** Safari names its extensions by UUIDs in capitals. */
const KEEPS_CASE = /^safari-web-extension:/

const SHAPE = /^([a-z][a-z\d+.-]*):\/\/([^/?#\\]*)(.*)$/is
const HOST_AND_PORT = /^(?:[a-z\d_~-][a-z\d._~-]*|\[[\da-f:.]+\])(?::[1-9]\d{0,4})?$/

/**
 * Web origins exactly as browsers send them (RFC 6454, section 6.2): https and http ones, and those of web views and extensions, such
 * as `capacitor://localhost` and `chrome-extension://<id>`. What no browser sends is a fault that says how it has to be written.
 */
export function parseOrigins(text: string): string[] {
  const items = parseList(text)
  for (const [index, item] of items.entries()) {
    const fault = faultOf(item)
    if (fault !== undefined) throw new BadSetting(items.length === 1 ? fault : `${fault} (item ${index + 1})`)
  }
  return items
}

function faultOf(item: string): string | undefined {
  if (item.includes('*')) return 'must name every origin, such as https://app.example.com: there are no wildcards'
  if (/^null$/i.test(item)) return 'must not list null: every sandboxed page and every file sends it'
  if (WITHOUT_ORIGIN.test(item))
    return 'must not list files and the like: their pages send null, as every sandboxed page does'
  const [, scheme = '', authority = '', tail = ''] = SHAPE.exec(item) ?? []
  if (scheme === '') return 'must list origins with their scheme, such as https://app.example.com'
  if (/^(?:wss?|ftps?)$/i.test(scheme)) return 'must list origins of pages, such as https://app.example.com'
  if (authority.includes('@')) return 'must list origins without a user, such as https://app.example.com'
  if (tail !== '') return 'must list origins without a path or a slash at the end: https://app.example.com'
  return faultOfHost(scheme, authority, item)
}

/** Pages that Electron serves itself are commonly those of `app://.`. */
const isDot = (scheme: string, authority: string): boolean => authority === '.' && !/^https?$/.test(scheme)

function faultOfHost(scheme: string, authority: string, item: string): string | undefined {
  if (/[^\x21-\x7e]/.test(authority)) {
    return 'must list hosts as browsers send them: https://xn--bcher-kva.example for https://bücher.example'
  }
  if (/[A-Z]/.test(KEEPS_CASE.test(item) ? scheme : item))
    return 'must list origins in lower case, as browsers send them: https://app.example.com'
  if (`${scheme}${authority}`.match(/^https.*:443$|^http(?!s).*:80$/)) {
    return 'must list origins without the default port, as browsers send them: https://app.example.com'
  }
  const isPlain = HOST_AND_PORT.test(authority.toLowerCase()) || isDot(scheme, authority)
  const url = isPlain ? URL.parse(item) : null
  const isSent = url !== null && (/^https?$/.test(scheme) ? url.origin === item : url.host === authority)
  return isSent ? undefined : 'must list origins as browsers send them, such as https://app.example.com'
}
