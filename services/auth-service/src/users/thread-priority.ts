import { readdir, readFile } from 'node:fs/promises'
import { constants, platform, setPriority } from 'node:os'

// Where threads share a core, the event loop comes before those that compute passwords: otherwise each of them takes as much of it, and
// every answer waits. Linux has a priority for each thread; elsewhere nothing changes. The gain: `npm run bench:floods`, docs/operations.md.

const { PRIORITY_LOW } = constants.priority
const TASKS = '/proc/self/task'

/** Lowers the priority of the calling thread, for as long as it lives. */
export function lowerThisThread(): void {
  if (platform() === 'linux') setPriority(PRIORITY_LOW)
}

/** Lowers that of libuv's thread pool, where argon2 runs, and now and then a file or a name is read. */
export async function lowerThreadPool(): Promise<void> {
  if (platform() !== 'linux') return
  // The first use of the pool, as this may be, starts all of its threads.
  for (const thread of await readdir(TASKS)) {
    // One that ended in between has no name any more.
    const name = await readFile(`${TASKS}/${thread}/comm`, 'utf8').catch(() => '')
    if (name.trim() === 'libuv-worker') setPriority(Number(thread), PRIORITY_LOW)
  }
}
