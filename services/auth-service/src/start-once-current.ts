import { once } from 'node:events'
import { unavailable, waitUntilReady, withDeadline } from '@latchkey/problems'
import type { AppInstance } from '@latchkey/service-kit'
import type { RollbackGuard } from './reconciliation/rollback-guard.ts'
import type { RedisClient } from './redis/redis-client.ts'

type Gatekeeper = {
  /** Starts at once, or, where Postgres is older than Redis, when it has been reconciled. Then this resolves before. */
  start(work: () => Promise<void>): Promise<void>
}

/**
 * Refuses every call, but for questions about its health, while Postgres is older than Redis, and until a start that had to wait for that
 * is done. Register it before the routes.
 */
export function refuseWhileBehind(app: AppInstance, guard: RollbackGuard, redis: RedisClient): Gatekeeper {
  const { log } = app
  let isStarting = true
  let isClosing = false
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.url?.startsWith('/health/')) return done()
    guard.assertCurrent()
    if (isStarting) throw unavailable(new Error('the start goes on now that Postgres has been reconciled'))
    done()
  })
  app.addHook('onClose', async () => {
    isClosing = true
    await guard.stop()
  })

  async function compare(): Promise<void> {
    if (redis.status !== 'ready')
      await withDeadline((signal) => once(redis, 'ready', { signal }), 1000, { what: 'Redis' })
    await guard.check()
  }

  async function finish(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      isStarting = false
    } catch (error) {
      // As a start that fails ends the process, so does this one.
      if (!isClosing) throw error
    }
  }

  return {
    async start(work) {
      try {
        await waitUntilReady('Redis', log, compare)
      } catch (error) {
        log.error({ event: 'start_up_failed', step: 'compare Postgres with Redis' }, 'the start failed')
        throw error
      }
      guard.watch()
      if (guard.isBehind) void guard.untilCurrent().then(() => finish(work))
      else {
        await work()
        isStarting = false
      }
    },
  }
}
