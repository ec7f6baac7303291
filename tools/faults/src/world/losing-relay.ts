import type { Scope } from '../scope.ts'
import { tcpRelay } from './tcp-relay.ts'

/** A way to a server on which single replies get lost. */
export type LosingRelay = {
  readonly url: string
  /**
   * Lets `count - 1` more replies pass and loses the next: the server has done what it was asked, and the connection is cut
   * before anybody hears of it.
   */
  loseReply(count: number): { wasLost(): boolean; cancel(): void }
}

export async function losingRelay(scope: Scope, targetUrl: string): Promise<LosingRelay> {
  let passing: number | undefined
  const relay = await tcpRelay(scope, {
    target: () => targetUrl,
    onReply() {
      if (passing === undefined) return true
      passing--
      if (passing > 0) return true
      passing = undefined
      return false
    },
  })
  return {
    url: relay.url,
    loseReply(count) {
      passing = count
      return {
        wasLost: () => passing === undefined,
        cancel() {
          passing = undefined
        },
      }
    },
  }
}
