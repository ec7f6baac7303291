import { readdir, readFile } from 'node:fs/promises'
import { constants, platform, setPriority } from 'node:os'

// Where threads share a core, the event loop comes before those that compute passwords: otherwise each of them takes as much of it, and
// every answer waits. Linux has a priority for each thread; elsewhere nothing changes. The gain: `npm run bench:floods`, docs/operations.md.
//
// Beside that flood the p99 of the event loop was 25.6 ms (18.6–28.1) with a nice value of 10 and 17.7 ms (16.8–18.1) with 19, that of refreshes 52 and
// 22 ms. The price: in one session with a busy program on the same core, a hash of 24 ms takes 267 and 1,936 ms. In a session of its own, as
// `npm start` gives each service, it takes 48 ms with either.

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
