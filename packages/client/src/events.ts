import type { EndReason, Session } from './session.ts'

export type ClientEvents = {
  /** Another session than before is known here; null when there is none. */
  session: Session | null
  /** The session is over: only the service's verdict and a sign-out do that. */
  ended: { readonly reason: EndReason }
  /** A call needs a stronger or more recent sign-in (401 `insufficient_user_authentication`, RFC 9470). */
  stepUp: { readonly url: string; readonly challenge: string | null }
}

type Listener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => void

export type Events = {
  /** @returns stops listening */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<Name>): () => void
  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void
}

export function createEvents(): Events {
  const listeners = new Set<readonly [string, (event: never) => void]>()
  return {
    on(name, listener) {
      const entry = [name, listener] as const
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    emit(name, event) {
      for (const [wanted, listener] of listeners) {
        // What a listener throws is its own matter.
        if (wanted === name) queueMicrotask(() => listener(event as never))
      }
    },
  }
}
