const TOPOLOGIES = ['single', 'cluster', 'sentinel', 'pgbouncer'] as const

/** The shape in which a run of tests has its stores: Redis is one node in the first and the last, and Postgres has no pooler in the first three. */
export type Topology = (typeof TOPOLOGIES)[number]

/** The variable by which test files are told. */
export const TOPOLOGY_VARIABLE = 'LATCHKEY_TEST_TOPOLOGY'

/** That of the run which this test file is part of. */
export function topologyOfRun(): Topology {
  const text = process.env[TOPOLOGY_VARIABLE] ?? 'single'
  const topology = TOPOLOGIES.find((each) => each === text)
  if (topology === undefined) throw new Error(`${TOPOLOGY_VARIABLE} must be one of ${TOPOLOGIES.join(', ')}`)
  return topology
}
