import ipaddr from 'ipaddr.js'

/** An IPv4 address, or the /64 of an IPv6 address: its holder has every address in it. */
export function networkOf(address: string): string {
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}

/** The /24 of an IPv4 address, or the /64 of an IPv6 address: refusals from one of these are counted together. */
export function foldedNetworkOf(address: string): string {
  return networkOf(address).replace(/\.\d+$/, '')
}
