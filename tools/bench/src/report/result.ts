import type { Round } from '../compare.ts'
import type { Sample } from '../sample.ts'
import type { TargetName, WorkloadName } from '../workloads/workload.ts'
import { type Spread, spreadOf } from './statistics.ts'

/**
 * The least that we may reach of the composite, in CPU time per request: 0.85 means that where the composite needs 85
 * microseconds of a core, we need 100 at most. `npm run bench` exits with 1 when the median of a run is lower.
 *
 * CPU time decides rather than requests per second, which also depend on how fast the other core sends them.
 */
const FLOORS: Readonly<Record<WorkloadName, number>> = { authenticated: 0.85, employee: 0.85, refresh: 0.85 }

/** Summary of a workload's rounds. Ratios are taken within each round; higher is better. */
export type Result = {
  readonly title: string
  readonly requestsPerSecond: Readonly<Record<TargetName, Spread>>
  readonly cpuMicros: Readonly<Record<TargetName, Spread>>
  readonly busy: Readonly<Record<TargetName, Spread>>
  readonly disturbed: Spread
  readonly speed: Ratios
  readonly cpu: Ratios
  readonly floor: number
}

/** 1 means equal to that target. */
export type Ratios = Readonly<Record<'composite' | 'bare', Spread>>

export function resultOf(name: WorkloadName, title: string, rounds: readonly Round[]): Result {
  const each = (of: (sample: Sample) => number): Record<TargetName, Spread> => ({
    ours: spreadOf(rounds.map(({ ours }) => of(ours))),
    composite: spreadOf(rounds.map(({ composite }) => of(composite))),
    bare: spreadOf(rounds.map(({ bare }) => of(bare))),
  })
  const ratios = (of: (ours: Sample, peer: Sample) => number): Ratios => ({
    composite: spreadOf(rounds.map(({ ours, composite }) => of(ours, composite))),
    bare: spreadOf(rounds.map(({ ours, bare }) => of(ours, bare))),
  })
  return {
    title,
    requestsPerSecond: each((sample) => sample.requestsPerSecond),
    cpuMicros: each((sample) => sample.cpuMicros),
    busy: each((sample) => sample.busy),
    disturbed: spreadOf(
      rounds.flatMap(({ ours, composite, bare }) => [ours, composite, bare].map((sample) => sample.disturbed)),
    ),
    speed: ratios((ours, peer) => ours.requestsPerSecond / peer.requestsPerSecond),
    cpu: ratios((ours, peer) => peer.cpuMicros / ours.cpuMicros),
    floor: FLOORS[name],
  }
}

/** Whether our CPU time, relative to the composite's, exceeds the limit. */
export function isBelowFloor({ cpu, floor }: Result): boolean {
  return cpu.composite.median < floor
}
