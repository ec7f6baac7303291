import { clock } from '../clock.ts'
import type { Api, HeldToken } from './api.ts'
import type { VerifierApi } from './verifier-api.ts'

export type Grave = { readonly held: HeldToken; readonly since: number }

/** Tokens of sessions that are over, for whoever looks whether they stay that way. */
export type Graveyard = {
  bury(held: HeldToken): void
  readonly graves: readonly Grave[]
}

export function createGraveyard(): Graveyard {
  const graves: Grave[] = []
  return { graves, bury: (held) => graves.push({ held, since: clock() }) }
}

/** Tries both tokens of a session that is over, everywhere. What comes of it is for the checker to judge. */
export async function probe(api: Api, verifiers: readonly VerifierApi[], { held }: Grave): Promise<void> {
  await api.refresh('prober', held)
  await api.whoAmI('prober', held)
  for (const verifier of verifiers) await verifier.employees('prober', held)
}
