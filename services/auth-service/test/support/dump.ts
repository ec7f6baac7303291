import { createDatabase } from '@latchkey/database'
import { connectRedis, keysOf, NO_HURRY, type TestEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import type { AuthSchema } from '../../src/database/auth-database.ts'

/** Everything that a service of this environment has in Postgres, the job queue included, and in Redis, as text by place. */
export async function dumpOf(environment: TestEnvironment): Promise<Map<string, string>> {
  return new Map([...(await dumpPostgres(environment)), ...(await dumpRedis(environment))])
}

/** Places that have one of the words, in whatever case. */
export function placesOf(dump: ReadonlyMap<string, string>, ...words: readonly string[]): string[] {
  return [...dump]
    .filter(([, text]) => words.some((word) => text.toLowerCase().includes(word.toLowerCase())))
    .map(([place]) => place)
}

async function dumpPostgres({ databaseUrl: url, schema }: TestEnvironment): Promise<[string, string][]> {
  const { db, close } = createDatabase<AuthSchema>({ url, schema, poolSize: 1, ...NO_HURRY })
  try {
    const { rows: tables } = await sql<{ schema: string; name: string }>`
      select schemaname as schema, tablename as name from pg_tables
      where schemaname in (${schema}, ${`${schema}_jobs`})`.execute(db)
    const dump: [string, string][] = []
    for (const { schema, name } of tables) {
      const { rows } = await sql<{ text: string }>`
        select row_to_json(t)::text as text from ${sql.id(schema, name)} t`.execute(db)
      dump.push([`${schema}.${name}`, rows.map(({ text }) => text).join('\n')])
    }
    return dump
  } finally {
    await close()
  }
}

async function dumpRedis({ redisUrl, redisPrefix }: TestEnvironment): Promise<[string, string][]> {
  const redis = connectRedis(redisUrl)
  try {
    const keys = await keysOf(redis, `${redisPrefix}*`)
    return await Promise.all(keys.map(async (key): Promise<[string, string]> => [key, `${key}\n${await read(key)}`]))
  } finally {
    redis.disconnect()
  }

  async function read(key: string): Promise<string> {
    switch (await redis.type(key)) {
      case 'string':
        return (await redis.getBuffer(key))?.toString() ?? ''
      case 'hash':
        return Object.entries(await redis.hgetallBuffer(key))
          .flatMap(([field, value]) => [field, value.toString()])
          .join('\n')
      case 'stream':
        return JSON.stringify(await redis.xrange(key, '-', '+'))
      case 'none':
        return ''
      default:
        throw new Error(`a kind of key that no dump knows: ${key}`)
    }
  }
}
