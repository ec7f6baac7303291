import type { Round } from '../contest.ts'
import { FLOORS } from '../floors.ts'
import type { Turn } from '../turn.ts'
import type { Contender, WorkloadName } from '../workloads/workload.ts'
import { type Spread, spreadOf } from './statistics.ts'

/** A workload's rounds, boiled down. Ratios are taken within each round and are better the higher they are. */
export type Result = {
  readonly title: string
  readonly requestsPerSecond: Readonly<Record<Contender, Spread>>
  readonly cpuMicros: Readonly<Record<Contender, Spread>>
  readonly busy: Readonly<Record<Contender, Spread>>
  readonly disturbed: Spread
  readonly speed: Ratios
  readonly cpu: Ratios
  readonly floor: number
}

/** 1: as good as that peer. */
export type Ratios = Readonly<Record<'composite' | 'bare', Spread>>

export function resultOf(name: WorkloadName, title: string, rounds: readonly Round[]): Result {
  const each = (of: (turn: Turn) => number): Record<Contender, Spread> => ({
    ours: spreadOf(rounds.map(({ ours }) => of(ours))),
    composite: spreadOf(rounds.map(({ composite }) => of(composite))),
    bare: spreadOf(rounds.map(({ bare }) => of(bare))),
  })
  const ratios = (of: (ours: Turn, peer: Turn) => number): Ratios => ({
    composite: spreadOf(rounds.map(({ ours, composite }) => of(ours, composite))),
    bare: spreadOf(rounds.map(({ ours, bare }) => of(ours, bare))),
  })
  return {
    title,
    requestsPerSecond: each((turn) => turn.requestsPerSecond),
    cpuMicros: each((turn) => turn.cpuMicros),
    busy: each((turn) => turn.busy),
    disturbed: spreadOf(
      rounds.flatMap(({ ours, composite, bare }) => [ours, composite, bare].map((turn) => turn.disturbed)),
    ),
    speed: ratios((ours, peer) => ours.requestsPerSecond / peer.requestsPerSecond),
    cpu: ratios((ours, peer) => peer.cpuMicros / ours.cpuMicros),
    floor: FLOORS[name],
  }
}

/** Whether we used more CPU time, measured by the composite's, than we allow ourselves. */
export function isBelowFloor({ cpu, floor }: Result): boolean {
  return cpu.composite.median < floor
}
