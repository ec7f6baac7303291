import { createHash } from 'node:crypto'
import type { Log } from '@latchkey/problems'
import { parseUrl } from '@latchkey/service-kit/settings'

/** A range service that is slow or away must not block a choice of password. */
const TIMEOUT_MS = 1000
/** Longer than any range: those of https://haveibeenpwned.com have some 40 KiB. */
const MAX_ANSWER_BYTES = 1024 * 1024

export type BreachedPasswords = {
  /** Whether the password is in the list of a breach. False as well when the range service does not answer. */
  has(password: string): Promise<boolean>
}

/**
 * Asks a range service, which gets the first five of the forty hexadecimal digits of the password's SHA-1 (k-anonymity). The answer has
 * one line for each known hash of that range, `<the other 35 digits>:<count>`; the lines of padding have a count of 0.
 *
 * @param url of the ranges, such as `https://api.pwnedpasswords.com/range`
 */
export function createBreachedPasswords(url: string, log: Pick<Log, 'warn'>): BreachedPasswords {
  const ranges = url.endsWith('/') ? url : `${url}/`
  return {
    async has(password) {
      const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
      const over = new AbortController()
      try {
        const answer = await fetch(`${ranges}${hash.slice(0, 5)}`, {
          headers: { 'add-padding': 'true' },
          signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), over.signal]),
          redirect: 'error',
        })
        if (!answer.ok || answer.body === null) throw new Error(`the range service answered ${answer.status}`)
        return isListed(await readText(answer.body), hash.slice(5))
      } catch (err) {
        log.warn({ err }, 'the range service for breached passwords did not answer; a password was accepted without it')
        return false
      } finally {
        // An answer that was not read to its end would keep its connection.
        over.abort()
      }
    },
  }
}

/** The URL of a range service, unchanged. */
export function parseRangeUrl(text: string): string {
  const { search, hash, username, password } = new URL(parseUrl(text, ['https:', 'http:']))
  if (search !== '' || hash !== '' || username !== '' || password !== '') {
    throw new Error('must be a URL that starts with https:// or http://, without credentials, query or fragment')
  }
  return text
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer of the range service is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

function isListed(range: string, suffix: string): boolean {
  return range.split(/\r?\n/).some((line) => {
    const [listed = '', count = '0'] = line.split(':')
    return listed.toUpperCase() === suffix && Number(count) > 0
  })
}
