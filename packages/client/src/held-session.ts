import type { Events } from './events.ts'
import type { Settings } from './options.ts'
import { platform, sleep } from './platform.ts'
import type { EndReason, Grant } from './session.ts'
import { noTabs, openTabs, type SharedSession, type TabMessage, type Tabs } from './tabs.ts'

/** The last part of a token's life, in which it is used and refreshed in the background. */
const MARGIN = 0.1
const LONGEST_MARGIN_MS = 30_000
/** For services that refuse every token: a new one is not replaced before. */
const KEPT_MS = 1000

/** What this page knows of the session. Another object after each refresh; times are those of its own clock. */
export type Held = Omit<SharedSession, 'leftMs'> & {
  readonly expiresAt: number
  readonly refreshAt: number
  /** A refusal of this token by a service causes no refresh before. */
  readonly keptUntil: number
}

export type HeldSession = {
  readonly tabs: Tabs
  /** Null: nobody is signed in. Undefined: nothing is known yet. */
  current(): Held | null | undefined
  /** Whether there is a token that nobody need refresh. */
  isFresh(): boolean
  /** Resolves when one comes, from wherever. */
  arrival(): Promise<void>
  /** @returns whether there is one now */
  arrivesWithin(ms: number): Promise<boolean>
  /** @param sentAt the time of the request that this answers */
  adopt(grant: Grant, sentAt: number, id?: string): void
  /** It was refused: not fresh any more. */
  discard(refused: Held): void
  end(reason: EndReason): void
  /** Without a word: there was none. */
  setUnknown(): void
  setNone(): void
  /** Somebody is there who wants the session to go on. */
  use(): void
  close(): void
}

/**
 * Keeps the session of this page, in memory alone, and hears of other tabs.
 *
 * @param onDue called shortly before the token expires
 */
export function createHeldSession({ base, delivery, now }: Settings, events: Events, onDue: () => void): HeldSession {
  const tabs = delivery === 'body' ? noTabs : openTabs(`latchkey ${base}`, receive)
  let held: Held | null | undefined
  let refusedToken: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isUsed = false
  let arrived = Promise.withResolvers<void>()

  const isFresh = (): boolean => !!held && now() < held.refreshAt

  function hold({ id, session, token, lifeMs }: SharedSession, expiresAt: number, keptUntil: number): void {
    const before = held?.session
    // At random, so that tabs do not wake up together.
    const marginMs = Math.min(lifeMs * MARGIN, LONGEST_MARGIN_MS) * (0.5 + Math.random() / 2)
    held = { id, session, token, lifeMs, expiresAt, refreshAt: expiresAt - marginMs, keptUntil }
    isUsed = false
    clearTimeout(timer)
    timer = setTimeout(refreshInTime, held.refreshAt - now())
    // Node: a program that is done ends.
    timer.unref?.()
    arrived.resolve()
    arrived = Promise.withResolvers()
    if (JSON.stringify(before) !== JSON.stringify(session)) events.emit('session', session)
  }

  /** A page that nobody uses or sees lets its session idle. */
  function refreshInTime(): void {
    if (isUsed || platform.document?.visibilityState === 'visible') onDue()
  }

  function share(kind: 'session' | 'answer'): void {
    if (!held || !isFresh()) return
    const { id, session, token, lifeMs, expiresAt } = held
    tabs.post({ kind, id, session, token, lifeMs, leftMs: expiresAt - now() })
  }

  function receive(message: TabMessage): void {
    if (message.kind === 'ask') share('answer')
    else if (message.kind === 'ended') {
      if (held?.id === message.id) end(message.reason)
    } else if (message.kind === 'session' || !isFresh()) {
      if (!message.token || message.token !== refusedToken) hold(message, now() + message.leftMs, 0)
    }
  }

  function end(reason: EndReason): void {
    const before = held
    setNone()
    if (before) events.emit('session', null)
    events.emit('ended', { reason })
  }

  function setNone(): void {
    held = null
    clearTimeout(timer)
  }

  return {
    tabs,
    current: () => held,
    isFresh,
    arrival: () => arrived.promise,
    async arrivesWithin(ms) {
      await Promise.race([arrived.promise, sleep(ms)])
      return isFresh()
    },
    adopt({ user, device, scopes, accessToken: token, expiresIn }, sentAt, id = String(Math.random())) {
      const lifeMs = expiresIn * 1000
      const shared = { id, session: { user, device, scopes }, token, lifeMs, leftMs: lifeMs }
      // From the request on: the answer may have waited for a page that was frozen.
      hold(shared, sentAt + lifeMs, sentAt + KEPT_MS)
      share('session')
    },
    discard(refused) {
      if (held !== refused) return
      refusedToken = refused.token
      held = { ...refused, expiresAt: 0, refreshAt: 0 }
    },
    end(reason) {
      if (held) tabs.post({ kind: 'ended', id: held.id, reason })
      end(reason)
    },
    setUnknown() {
      held = undefined
    },
    setNone,
    use() {
      isUsed = true
    },
    close() {
      clearTimeout(timer)
      tabs.close()
    },
  }
}
