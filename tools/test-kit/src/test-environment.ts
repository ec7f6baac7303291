import { randomBytes } from 'node:crypto'
import { runSql, type TestScope } from '@latchkey/harness'
import { connectRedis, mastersOf } from './connect-redis.ts'

/** Feeds of test files, beside the one of production. */
export const TEST_FEEDS = 'latchkey:*:revocations'

export type TestEnvironment = {
  databaseUrl: string
  /** An empty Postgres schema of this test file alone: a plain lower-case identifier. The schema `…_jobs` is dropped with it. */
  schema: string
  /** Of a node, of a Cluster's nodes or of Sentinels, for the user `default`, who may do everything; services get `redisUrlFor` their user. */
  redisUrl: string
  /** Prefix of every key of this test file. It ends in `:` and has no braces, so hash tags behind it work. */
  redisPrefix: string
}

/**
 * A fresh schema and a fresh key prefix on the servers that `npm test` started, both dropped when the test ends.
 * Call it before anything that connects, so that those connections are closed before the schema goes.
 */
export async function testEnvironment(t: TestScope): Promise<TestEnvironment> {
  const databaseUrl = serverUrl('LATCHKEY_TEST_DATABASE_URL')
  const redisUrl = serverUrl('LATCHKEY_TEST_REDIS_URL')
  const id = randomBytes(6).toString('hex')
  const schema = `test_${id}`
  const redisPrefix = `latchkey:test-${id}:`

  await runSql(databaseUrl, `create schema ${schema}`)
  t.teardown(async () => {
    await Promise.all([dropSchema(databaseUrl, schema), dropKeys(redisUrl, redisPrefix)])
  })
  return { databaseUrl, schema, redisUrl, redisPrefix }
}

function serverUrl(name: string): string {
  const url = process.env[name]
  if (url === undefined) throw new Error(`${name} is not set: run tests with \`npm test -- <file>\``)
  return url
}

// Without the lock time-out a transaction that a test forgot would hang the file instead of failing it.
const dropSchema = (databaseUrl: string, schema: string): Promise<unknown> =>
  runSql(
    databaseUrl,
    `set lock_timeout = '5s'`,
    `set client_min_messages = 'error'`,
    `drop schema ${schema} cascade`,
    `drop schema if exists ${schema}_jobs cascade`,
  )

async function dropKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = connectRedis(redisUrl)
  try {
    for (const node of await mastersOf(redis)) {
      for await (const batch of node.scanStream({ match: `${prefix}*`, count: 1000 })) {
        // One by one: on a Cluster they are of many slots.
        await Promise.all((batch as string[]).map((key) => node.unlink(key)))
      }
    }
  } finally {
    redis.disconnect()
  }
}
