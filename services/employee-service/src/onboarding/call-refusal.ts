import { ServiceCallError } from '@latchkey/service-client'
import { codeIn, describeAnswer, isRefusal, parseObject, wordIn } from '../auth/auth-answer.ts'

/** A call to auth-service that came to nothing. */
export type Refusal =
  /** There was no answer, or one that says nothing about the call. auth-service may have done what was asked. */
  | {
      readonly outcome: 'retry'
      readonly error: string
      /** How long auth-service wants to be left alone. */
      readonly retryAfterSeconds?: number
      /** Whether asking again will not help until an operator acts: auth-service refuses this client. */
      readonly needsOperator: boolean
    }
  /** The answer will not change by asking again. */
  | {
      readonly outcome: 'refused'
      readonly error: string
      readonly code: string
      /** Of the account in the way. */
      readonly accountStatus: string | undefined
    }

/** Reads an answer other than the one that was hoped for. Rejects when it breaks off. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const { status, headers } = response
  const answer = parseObject(await response.text())
  const code = codeIn(answer)
  const error = describeAnswer(status, code)
  if (isRefusal(status, code)) {
    const accountStatus = wordIn('accountStatus' in answer ? answer.accountStatus : undefined)
    return { outcome: 'refused', error, code, accountStatus }
  }
  const retryAfterSeconds = Number(headers.get('retry-after') ?? Number.NaN)
  return { outcome: 'retry', error, needsOperator: false, ...(retryAfterSeconds > 0 && { retryAfterSeconds }) }
}

/** The same for a call that threw: an answer that broke off says as little as none. */
export function refusalOfError(thrown: unknown): Refusal {
  const error = thrown instanceof ServiceCallError ? thrown.code : 'unreachable'
  return { outcome: 'retry', error, needsOperator: error === 'token_refused' }
}
