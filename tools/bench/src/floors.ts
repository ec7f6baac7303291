import type { WorkloadName } from './workloads/workload.ts'

/**
 * The least that we may reach of the composite, in CPU time per request: 0.85 means that where the composite needs 85
 * microseconds of a core, we need 100 at most. `npm run bench` exits with 1 when the median of a run is lower.
 *
 * CPU time decides and not requests per second, because the latter also depend on how fast the other core can ask.
 */
export const FLOORS: Readonly<Record<WorkloadName, number>> = {
  authenticated: 0.85,
  employee: 0.85,
  refresh: 0.85,
}
