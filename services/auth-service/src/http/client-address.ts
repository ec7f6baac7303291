import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

/** `[2001:db8::1]:443`, `[2001:db8::1]` and `192.0.2.1:443`, as some proxies write addresses. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/

/**
 * The address of a request's sender: an IP address and nothing else. Proxies that count may forward what is none; the nearest one
 * that is an address stands for it.
 */
export function clientAddress({ ip, ips = [ip], socket }: FastifyRequest): string {
  for (const each of [...ips].reverse()) {
    const address = parseAddress(each)
    if (address !== undefined) return address
  }
  return socket.remoteAddress ?? '0.0.0.0'
}

function parseAddress(text: string): string | undefined {
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? []
  // A zone names an interface of the machine that wrote it.
  const address = (bracketed ?? dotted ?? text).replace(/%.*$/, '')
  return isIP(address) === 0 ? undefined : ipaddr.process(address).toString()
}
