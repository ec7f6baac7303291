import { createHmac } from 'node:crypto'

export const secret = 'a secret of these tests: 40 bytes or so!'

/** Signs any two texts or values by hand, so that a token can say whatever a test wants. */
export function forgeToken(header: unknown, payload: unknown, key: string = secret): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
}

function encode(part: unknown): string {
  const text = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)
  return Buffer.from(text).toString('base64url')
}
