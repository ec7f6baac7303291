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
   * Calls the service with our Bearer token. Any answer is returned as it is, redirects and errors included.
   *
   * @param path starts with a slash and is put behind `baseUrl`; or a whole URL below it
   * @throws {ServiceCallError} there is no answer; from the answer's body, too, when the time is up while it is read
   * @throws {TypeError} the call makes no sense, or would take the token elsewhere
   */
  fetch(path: string | URL, options?: CallOptions): Promise<Response>
  /** Ends calls under way with `closed` and closes all sockets. Later calls fail at once. */
  close(): Promise<void>
}

/**
 * A client of one service that signs in by itself (RFC 6749 section 4.4) and keeps its token until shortly before it
 * expires. Make one for the life of the process. The secret and the token are out of reach of who prints it.
 *
 * @throws {TypeError} naming the option that is no good
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const settings = readOptions(options)
  const transport = createTransport(Math.min(1000, settings.timeoutMs))
  const tokenRequest = createTokenRequest(settings, transport)
  const tokens = createTokenSource(tokenRequest, settings)
  const budget = createRetryBudget()
  const underWay = new Set<Deadline>()
  let closing: Promise<void> | undefined

  return {
    async fetch(path, callOptions = {}) {
      const call = prepareCall(settings.base, path, callOptions)
      if (closing !== undefined) throw clientClosed()
      const { timeoutMs: ms = settings.timeoutMs, signal } = callOptions
      const onMiss = (): Error => {
        underWay.delete(deadline)
        return new ServiceCallError('timeout', `${call.name} was not done within ${ms} ms.`)
      }
      // It goes on counting when this returns: the answer's body may hang as well.
      const deadline = startDeadline({ ms, now: settings.now, onMiss, signal })
      underWay.add(deadline)
      try {
        budget.earn()
        const outcome = await sendWithRetries({
          send: authorizedSend(call, { tokens, transport }, deadline.signal),
          mayRepeat: (last) =>
            call.isResendable && (call.isRepeatable || (last instanceof ConnectionFailure && last.neverSent)),
          maxRetries: settings.maxRetries,
          spend: budget.spend,
          deadline,
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
    underWay.delete(deadline)
  }

  async function shutDown(): Promise<void> {
    for (const deadline of underWay) deadline.end(clientClosed())
    underWay.clear()
    tokenRequest.close()
    await transport.close(clientClosed())
  }
}
