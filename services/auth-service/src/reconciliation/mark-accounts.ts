import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { AccountMark } from './account-mark.ts'
import { listAccountMarks, listErasedMarks } from './account-mark-repository.ts'

/** Marks every account that has changed since, or all accounts, as Postgres has them. It may be repeated. */
export type MarkAccounts = (since: Date | undefined) => Promise<void>

const PAGE = 5000
/** Of the time that a page took: requests come first. */
const PAUSE_FACTOR = 1

export function createMarkAccounts(
  db: AuthDatabase,
  write: (marks: readonly AccountMark[]) => Promise<void>,
): MarkAccounts {
  return async (since) => {
    for (const list of [listAccountMarks, listErasedMarks]) {
      for (let afterId: string | undefined; ; ) {
        const start = performance.now()
        const page = await list(db, { since, afterId, limit: PAGE })
        await write(page)
        if (page.length < PAGE) break
        afterId = page.at(-1)?.userId
        await sleep(PAUSE_FACTOR * (performance.now() - start))
      }
    }
  }
}
