import type { Scope } from '../scope.ts'
import { tcpRelay } from './tcp-relay.ts'

/** An address that stays while the server behind it changes: what a fail-over looks like to clients. */
export type SwitchRelay = {
  readonly url: string
  /** From now on connections lead there; those that are open are cut. */
  pointTo(targetUrl: string): void
}

export async function switchRelay(scope: Scope, firstUrl: string): Promise<SwitchRelay> {
  let targetUrl = firstUrl
  const relay = await tcpRelay(scope, { target: () => targetUrl })
  return {
    url: relay.url,
    pointTo(url) {
      targetUrl = url
      relay.cut()
    },
  }
}
