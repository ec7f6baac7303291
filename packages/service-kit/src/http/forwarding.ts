import { BlockList } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { parseIpAddress } from './ip-address.ts'

const FORWARDING_HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']

/** Where the sender of a connection is no IP address: a Unix socket, or a connection that is gone already. */
const NOWHERE = '0.0.0.0'

/** A name or an address, and perhaps a port. */
const HOST = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i

/** Whether the forwarding headers of an address count. */
export type Trust = (address: string) => boolean

/**
 * Makes `request.ip`, `host` and `protocol` what the caller's side of the trusted proxies has. `ip` is always an IP address: it is
 * parsed here and nowhere else. Fastify's own `trustProxy` stays off, because it takes any text for an address. The header Forwarded
 * (RFC 7239) never counts: most proxies pass it on as the client wrote it.
 */
export function readForwardingHeaders(app: AppInstance, isTrusted: Trust): void {
  const peerIsTrusted = (request: FastifyRequest): boolean => isTrusted(peerOf(request))

  app.decorateRequest('ip', {
    getter() {
      return senderOf(this, isTrusted)
    },
  })
  app.decorateRequest('host', {
    getter() {
      const forwarded = lastOf(this.headers['x-forwarded-host'])
      if (forwarded !== undefined && HOST.test(forwarded) && peerIsTrusted(this)) return forwarded
      return this.headers.host ?? ''
    },
  })
  app.decorateRequest('protocol', {
    getter() {
      const forwarded = lastOf(this.headers['x-forwarded-proto'])?.toLowerCase()
      if ((forwarded === 'https' || forwarded === 'http') && peerIsTrusted(this)) return forwarded
      return 'encrypted' in this.socket && this.socket.encrypted === true ? 'https' : 'http'
    },
  })
  warnOfUntrustedProxy(app, isTrusted)
}

/** @param trustProxy addresses and CIDR blocks */
export function createTrust(trustProxy: readonly string[]): Trust {
  const trusted = new BlockList()
  for (const each of trustProxy) {
    const [address = '', prefix] = each.split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    if (prefix === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(prefix), family)
  }
  return (address) => trusted.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}

function peerOf({ socket }: FastifyRequest): string {
  return parseIpAddress(socket.remoteAddress ?? NOWHERE) ?? NOWHERE
}

/**
 * The nearest address that is not a trusted proxy's. Each proxy appends the address that it saw, so the list is read from its end. An
 * entry that is no address ends it: its sender is the nearest known address.
 */
export function senderOf(request: FastifyRequest, isTrusted: Trust): string {
  let sender = peerOf(request)
  const forwarded = textOf(request.headers['x-forwarded-for'])
  for (let end = forwarded.length; end > 0 && isTrusted(sender); ) {
    const start = forwarded.lastIndexOf(',', end - 1) + 1
    const element = forwarded.slice(start, end).trim()
    end = start - 1
    // RFC 9110, section 5.6.1.2: empty elements are ignored.
    if (element === '') continue
    const address = parseIpAddress(element)
    if (address === undefined) break
    sender = address
  }
  return sender
}

/** The element that the nearest proxy wrote. */
function lastOf(header: string | string[] | undefined): string | undefined {
  const text = textOf(header)
  return text === '' ? undefined : text.slice(text.lastIndexOf(',') + 1).trim()
}

/** Node joins the lines of a header with commas. */
const textOf = (header: string | string[] | undefined): string => (header === undefined ? '' : String(header))

/** Logged once per process: either every caller behind that proxy counts as one, or a client sends headers without effect. */
function warnOfUntrustedProxy(app: AppInstance, isTrusted: Trust): void {
  let isTold = false
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isTold && FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined)) {
      const remoteAddress = peerOf(request)
      if (!isTrusted(remoteAddress)) {
        isTold = true
        app.log.warn(
          { remoteAddress, setting: 'TRUST_PROXY' },
          'X-Forwarded-* headers are ignored: TRUST_PROXY does not list their sender; this is logged once',
        )
      }
    }
    done()
  })
}
