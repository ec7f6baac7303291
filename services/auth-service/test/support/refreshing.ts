import { setTimeout as sleep } from 'node:timers/promises'
import type { TestService } from './auth-service.ts'

/**
 * Refreshes with one token again and again, without waiting after a 503, while `work` runs and for some attempts after it. Resolves to
 * the statuses that were answered.
 */
export async function refreshingDuring(
  { once }: TestService,
  refreshToken: string,
  work: () => Promise<unknown>,
): Promise<Set<number>> {
  const statuses = new Set<number>()
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  for (let after = 0; after < 5; after += Number(isDone)) {
    statuses.add((await once.call('POST', '/auth/refresh', { body: { refreshToken } })).statusCode)
    await sleep(5)
  }
  await working
  return statuses
}
