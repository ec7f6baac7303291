import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { redisProgram, startRedis, type TestScope } from '@latchkey/harness'
import { type PrivateServer, privateServer } from './private-server.ts'
import { TEST_FEEDS } from './test-environment.ts'

export type PrivateRedisOptions = {
  /**
   * An RDB file that Redis reads at its first start and at every later one. Redis reads none where it keeps an append-only
   * file: such a server keeps nothing on disk.
   */
  rdbFile?: string
  /** Whether its verifier reads the feeds of test files too, which production's may not; true unless given. */
  hasTestFeeds?: boolean
}

/** A Redis for this test alone, empty at first and with the append-only file of production, unless an RDB file is given. */
export async function privateRedis(
  t: TestScope,
  { rdbFile, hasTestFeeds = true }: PrivateRedisOptions = {},
): Promise<PrivateServer> {
  const program = await redisProgram(console.error)
  return privateServer(t, 'redis', (place) => {
    if (rdbFile !== undefined) {
      mkdirSync(place.directory, { recursive: true, mode: 0o700 })
      copyFileSync(rdbFile, join(place.directory, 'dump.rdb'))
    }
    const feeds = hasTestFeeds ? { feeds: TEST_FEEDS } : {}
    return startRedis({ ...place, ...feeds, program, password: 'private', durable: rdbFile === undefined })
  })
}
