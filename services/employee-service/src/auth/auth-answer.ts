// How answers of auth-service are read, whatever the call.

/** Too early, too many, a token that was just revoked: 4xx that say nothing about what was asked. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 425, 429])

/** The members of a JSON object; none for any other text. */
export function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** A problem's stable code. Free text could hold anything. */
export const codeIn = (answer: object): string | undefined => wordIn('code' in answer ? answer.code : undefined)

export const wordIn = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value) ? value : undefined

/**
 * Whether auth-service refuses the call itself, and will again. Without a code it is no answer of auth-service: a proxy's 404 for a
 * service that is down, for example.
 */
export const isRefusal = (status: number, code: string | undefined): code is string =>
  code !== undefined && status >= 400 && status < 500 && !PASSING.has(status)

/** For logs and `lastError`. */
export const describeAnswer = (status: number, code: string | undefined): string =>
  code === undefined ? String(status) : `${status} ${code}`
