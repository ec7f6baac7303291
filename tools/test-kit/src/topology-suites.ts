import { globSync } from 'node:fs'
import type { Topology } from './topology.ts'

/** What `npm run test:topologies` runs, one after the other: tests on servers in one shape, and tests that start theirs in several. */
export const SUITES = ['cluster', 'sentinel', 'pgbouncer', 'own'] as const

export type Suite = (typeof SUITES)[number]

export const isSuite = (text: string): text is Suite => (SUITES as readonly string[]).includes(text)

/** The shape of the servers that all files of a suite share. */
export const topologyOf = (suite: Suite): Topology => (suite === 'own' ? 'single' : suite)

const AUTH = 'services/auth-service/test'
const EMPLOYEE = 'services/employee-service/test'
const RESOURCE = 'packages/resource-server/test'

/** Sessions, revocation and recovery, as auth-service has them. */
const SESSIONS = [
  `${AUTH}/sessions/*.test.ts`,
  `${AUTH}/revocations/*.test.ts`,
  `${AUTH}/outages/*.test.ts`,
  ...[
    'access-cookie',
    'access-tokens',
    'change-password*',
    'coming-back',
    'guesses',
    'login',
    'logout*',
    'own-sessions',
    'password-recovery',
    'recovery-crash',
    'refresh',
    'session-list',
    'session-page',
    'sign-in-names',
    'token-delivery',
  ].map((name) => `${AUTH}/auth/${name}.test.ts`),
]

/** Scripts, and the feed as verifiers follow it: nothing of Postgres. */
const REDIS = [`${AUTH}/redis/redis-script.test.ts`, `${RESOURCE}/revocations/*.test.ts`, `${RESOURCE}/keys/*.test.ts`]

/** They start servers of their own, in the shape of the run. */
const FAULTS = ['tools/faults/test/topologies/*.test.ts']

const PATTERNS: Readonly<Record<Suite, readonly string[]>> = {
  cluster: [...SESSIONS, ...REDIS, ...FAULTS],
  sentinel: [...SESSIONS, ...REDIS, ...FAULTS],
  pgbouncer: SESSIONS,
  own: [
    `${AUTH}/redis/{moved,redis-cluster,redis-sentinel,shard,takeover}*.test.ts`,
    `${AUTH}/database/pgbouncer.test.ts`,
    `${EMPLOYEE}/database/pgbouncer.test.ts`,
    `${EMPLOYEE}/redis-users.test.ts`,
    'tools/faults/test/single/*.test.ts',
  ],
}

/** A few files of each, as part of `npm test`, which runs those with servers of their own anyway. */
export const SHORT_FORM: Readonly<Record<Exclude<Suite, 'own'>, readonly string[]>> = {
  cluster: [
    `${AUTH}/auth/refresh.test.ts`,
    `${AUTH}/outages/redis-away.test.ts`,
    `${RESOURCE}/revocations/nodes-away.test.ts`,
  ],
  sentinel: [`${AUTH}/auth/logout.test.ts`, `${RESOURCE}/revocations/nodes-away.test.ts`],
  pgbouncer: [`${AUTH}/auth/refresh.test.ts`],
}

const ONE_CONNECTION =
  'it cuts or holds what passes one connection to Redis; nodes of a Cluster and Sentinels tell clients where to go themselves'

/** Files that need one node of Redis, and why. */
export const ONE_NODE_ONLY: Readonly<Record<string, string>> = {
  [`${AUTH}/auth/change-password-crash.test.ts`]: ONE_CONNECTION,
  [`${AUTH}/auth/change-password-races.test.ts`]: ONE_CONNECTION,
  [`${AUTH}/auth/recovery-crash.test.ts`]: ONE_CONNECTION,
  [`${AUTH}/outages/coming-in.test.ts`]: ONE_CONNECTION,
  [`${AUTH}/outages/erasure-crash.test.ts`]: ONE_CONNECTION,
  [`${AUTH}/outages/store-outage.test.ts`]: ONE_CONNECTION,
  [`${AUTH}/outages/undecided-guesses.test.ts`]: ONE_CONNECTION,
  [`${RESOURCE}/revocations/closing.test.ts`]: ONE_CONNECTION,
  [`${RESOURCE}/revocations/outages.test.ts`]: ONE_CONNECTION,
  [`${RESOURCE}/revocations/connecting.test.ts`]: 'it changes the address, the password and the user of one node',
  [`${AUTH}/outages/demoted-master.test.ts`]:
    'it makes a master a replica by hand, which a Cluster and Sentinels do themselves',
}

/** The test files of a suite, as they are named from the root. */
export function filesOf(suite: Suite, root: string): string[] {
  const files = PATTERNS[suite].flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()
  const hasManyNodes = suite === 'cluster' || suite === 'sentinel'
  return [...new Set(files)].filter((file) => !hasManyNodes || !(file in ONE_NODE_ONLY))
}
