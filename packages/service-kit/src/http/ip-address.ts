import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** `[2001:db8::1]:443`, `[2001:db8::1]` and `192.0.2.1:443`, as some proxies write addresses. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/

/** Longer than any address with brackets, a zone and a port. */
const LONGEST = 100

/**
 * An IP address in its one spelling (RFC 5952), without port, brackets and zone; IPv4 mapped into IPv6 is IPv4. Undefined for what
 * is none.
 */
export function parseIpAddress(text: string): string | undefined {
  if (text.length > LONGEST) return undefined
  if (isIP(text) === 4) return text
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? []
  // A zone names an interface of the machine that wrote it.
  const address = (bracketed ?? dotted ?? text).replace(/%.*$/, '')
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? address : ipaddr.process(address).toString()
}
