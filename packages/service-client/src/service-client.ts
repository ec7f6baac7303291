import { authorizedSend } from './authorized-send.ts'
import { type CallOptions, prepareCall } from './call-options.ts'
import { readOptions, type ServiceClientOptions } from './client-options.ts'
import { ConnectionFailure } from './connection-failure.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { sendWithRetries } from './retry.ts'
import { createRetryBudget } from './retry-budget.ts'
import { clientClosed, ServiceCallError } from './service-call-error.ts'
import { createTokenRequest } from './token-request.ts'
import { createTokenSource } from './token-source.ts'
import { createTransport } from './transport.ts'

export type ServiceClient = {
  /**
   * Calls the service with our Bearer token. Every response is returned as it is, redirects and errors included.
   *
   * @param path starts with a slash and is appended to `baseUrl`; or a whole URL below it
   * @throws {ServiceCallError} there is no response; the body of a response throws it, too, at the deadline
   * @throws {TypeError} an option is not usable, or the token would be sent elsewhere
   */
  fetch(path: string | URL, options?: CallOptions): Promise<Response>
  /** Fails pending and later calls with `closed`, and closes all sockets. */
  close(): Promise<void>
}

/**
 * A client of one service, which signs in by itself (RFC 6749 section 4.4) and keeps its token until shortly before it expires.
 * One client serves the whole process. Printing it shows neither secret nor token.
 *
 * @throws {TypeError} which names the option that is not usable
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const settings = readOptions(options)
  const transport = createTransport(Math.min(1000, settings.timeoutMs))
  const tokenRequest = createTokenRequest(settings, transport)
  const tokens = createTokenSource(tokenRequest, settings)
  const budget = createRetryBudget()
  const pending = new Set<Deadline>()
  let closing: Promise<void> | undefined

  return {
    async fetch(path, callOptions = {}) {
      const call = prepareCall(settings.base, path, callOptions)
      if (closing !== undefined) throw clientClosed()
      const { timeoutMs: ms = settings.timeoutMs, signal } = callOptions
      const onMiss = (): Error => {
        pending.delete(deadline)
        return new ServiceCallError('timeout', `${call.name} was not done within ${ms} ms.`)
      }
      const deadline = startDeadline({ ms, now: settings.now, onMiss, signal })
      pending.add(deadline)
      try {
        budget.earn()
        const outcome = await sendWithRetries({
          send: authorizedSend(call, { tokens, transport }, deadline.signal),
          mayRepeat: (last) =>
            call.isResendable && (call.isRepeatable || (last instanceof ConnectionFailure && last.neverSent)),
          maxRetries: settings.maxRetries,
          spend: budget.spend,
          limit: deadline,
          pacing: settings,
        })
        if (!(outcome instanceof ConnectionFailure)) {
          if (outcome.body === null) forget(deadline)
          return outcome
        }
        throw new ServiceCallError('unreachable', `${call.name} could not be reached: ${outcome.reason}.`)
      } catch (error) {
        forget(deadline)
        throw error
      }
    },
    close() {
      closing ??= shutDown()
      return closing
    },
  }

  function forget(deadline: Deadline): void {
    deadline.clear()
    pending.delete(deadline)
  }

  async function shutDown(): Promise<void> {
    for (const deadline of pending) deadline.abort(clientClosed())
    pending.clear()
    tokenRequest.close()
    await transport.close(clientClosed())
  }
}
