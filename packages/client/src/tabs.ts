import { type Channel, platform } from './platform.ts'
import type { EndReason, Session } from './session.ts'

/** A waiting tab goes on alone after that: the one that has its turn may be frozen. */
const TURN_MS = 2000

/** What one tab holds, as the others need it. Times are counted from the arrival of the message: no two tabs have one clock. */
export type SharedSession = {
  /** Of the sign-in; among tabs alone. */
  readonly id: string
  readonly session: Session
  /** Undefined where it is in a cookie. */
  readonly token: string | undefined
  readonly lifeMs: number
  readonly leftMs: number
}

export type TabMessage =
  | { readonly kind: 'ask' }
  | ({ readonly kind: 'answer' | 'session' } & SharedSession)
  | { readonly kind: 'ended'; readonly id: string; readonly reason: EndReason }

/**
 * How the tabs of a browser, which share their cookies, spare each other calls. Nothing depends on it: the service gives all of them the
 * same tokens, so whoever hears nothing does alone what is to be done.
 */
export type Tabs = {
  /** Whether there is a way to hear of others. */
  readonly isOpen: boolean
  post(message: TabMessage): void
  /** Does something while no other tab has its turn, or after two seconds all the same. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  close(): void
}

/** For programs whose tokens are their own. */
export const noTabs: Tabs = { isOpen: false, post() {}, inTurn: (work) => work(), close() {} }

export function openTabs(name: string, onMessage: (message: TabMessage) => void): Tabs {
  const channel = openChannel(name)
  if (channel) channel.onmessage = ({ data }) => onMessage(data as TabMessage)

  return {
    isOpen: channel !== undefined,
    post: (message) => channel?.postMessage(message),
    async inTurn(work) {
      let working: ReturnType<typeof work> | undefined
      const start = () => {
        working ??= work()
        return working
      }
      // It rejects when the turn does not come in time, where locks are forbidden, and as the work itself does.
      await platform.navigator?.locks?.request(name, { signal: AbortSignal.timeout(TURN_MS) }, start).catch(() => {})
      return start()
    },
    close: () => channel?.close(),
  }
}

function openChannel(name: string): Channel | undefined {
  try {
    const channel = platform.BroadcastChannel && new platform.BroadcastChannel(name)
    // Node: a program that is done ends.
    channel?.unref?.()
    return channel
  } catch {
    // A frame without an origin, say.
    return undefined
  }
}
