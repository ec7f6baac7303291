import { createHash } from 'node:crypto'

/** A range service that is slow or away must hold up no one who chooses a password. Milliseconds. */
const ANSWER_WITHIN_MS = 1000
/** Longer than any range: https://haveibeenpwned.com answers some 40 KiB. */
const MAX_ANSWER_BYTES = 1024 * 1024

export type BreachedPasswords = {
  /** Whether the password is known to be breached; false as well when that cannot be found out now. */
  has(password: string): Promise<boolean>
}

/**
 * Asks a range service, which sees the first five of forty hexadecimal digits of the password's SHA-1 (k-anonymity). The answer is one
 * line for each known hash of that range, `<the other 35 digits>:<count>`; a padded answer has counts of 0.
 *
 * @param url what the five digits are appended to, `https://api.example/range/`
 */
export function createBreachedPasswords(
  url: string,
  log: { warn(fields: object, text: string): void },
): BreachedPasswords {
  return {
    async has(password) {
      const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
      try {
        const answer = await fetch(`${url}${hash.slice(0, 5)}`, {
          headers: { 'add-padding': 'true' },
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
          redirect: 'error',
        })
        if (!answer.ok || answer.body === null) throw new Error(`the range service answered ${answer.status}`)
        return isListed(await readText(answer.body), hash.slice(5))
      } catch (err) {
        log.warn({ err }, 'breached passwords: the range service could not be asked; the password was not checked')
        return false
      }
    },
  }
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
