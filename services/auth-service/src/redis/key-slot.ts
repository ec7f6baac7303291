/** The number of slots of a Redis Cluster. */
export const SLOTS = 16_384

/** CRC-16/XMODEM, as the specification of Redis Cluster has it. No package that computes it has types. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

/** The slot that a key lies in: that of its hash tag, if it has one. */
export function slotOf(key: string): number {
  const open = key.indexOf('{')
  const close = open === -1 ? -1 : key.indexOf('}', open)
  return crc16(Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key)) % SLOTS
}

/** The shortest hash tag of a slot, the same for everybody who asks. */
export function tagOf(slot: number): string {
  for (let n = 0; ; n++) {
    const tag = n.toString(36)
    if (slotOf(tag) === slot) return tag
  }
}
