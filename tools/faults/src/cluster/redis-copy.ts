import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PrivateServer } from '@latchkey/test-kit'

/** The files of a Redis at one moment. */
export type RedisCopy = {
  /** Replaces the current files; the server must be down. */
  restore(): void
}

const FILES = 'appendonlydir'

/** Copies the append-only files while the server is paused. */
export function copyRedis(redis: PrivateServer): RedisCopy {
  const from = join(redis.directory, FILES)
  const copy = `${redis.directory}-copy`
  rmSync(copy, { recursive: true, force: true })
  redis.pause()
  try {
    cpSync(from, copy, { recursive: true })
  } finally {
    redis.resume()
  }
  return {
    restore() {
      rmSync(from, { recursive: true, force: true })
      cpSync(copy, from, { recursive: true })
    },
  }
}
