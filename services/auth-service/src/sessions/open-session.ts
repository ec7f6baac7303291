import { unavailable } from '@latchkey/problems'
import type { IssuedGeneration } from './session.ts'
import type { EventCheckpoint, NewSession } from './session-commands.ts'
import type { SessionRevoker } from './session-revoker.ts'
import type { SessionStore } from './session-store.ts'

/** Opens a session, while the caller holds the lock of the user's row, which keeps any other from being opened. */
export type OpenSession = (session: NewSession) => Promise<IssuedGeneration>

type Dependencies = {
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly checkpoint: EventCheckpoint
}

export function createOpenSession({ store, revoker, checkpoint }: Dependencies): OpenSession {
  return async (session) => {
    const first = await checkpoint.confirm(() => store.open(session))
    if (first.outcome === 'opened') return first.issued
    // Those that must give way end first.
    await revoker.revoke(first.ends, { ...session.client, actorId: session.userId })
    const second = await checkpoint.confirm(() => store.open(session))
    if (second.outcome === 'opened') return second.issued
    throw unavailable(new Error('sessions of this user changed while one was opened'))
  }
}
