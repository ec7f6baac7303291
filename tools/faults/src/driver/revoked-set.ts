import { clock } from '../history/history-record.ts'
import type { Api, HeldToken } from './api.ts'
import type { VerifierApi } from './verifier-api.ts'

export type RevokedSession = { readonly held: HeldToken; readonly since: number }

/** Tokens of revoked sessions, to check that the sessions stay revoked. */
export type RevokedSet = {
  add(held: HeldToken): void
  /** By the time at which they were added. */
  readonly sessions: readonly RevokedSession[]
}

export function createRevokedSet(): RevokedSet {
  const sessions: RevokedSession[] = []
  return { sessions, add: (held) => sessions.push({ held, since: clock() }) }
}

/** Presents both tokens of a revoked session everywhere. The checker judges the responses. */
export async function probe(api: Api, verifiers: readonly VerifierApi[], { held }: RevokedSession): Promise<void> {
  await api.refresh('prober', held)
  await api.whoAmI('prober', held)
  for (const verifier of verifiers) await verifier.employees('prober', held)
}
