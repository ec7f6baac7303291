import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Scope } from '@latchkey/harness'
import type { StoreNode } from './redis-store.ts'

/** The disk under the data of a server. */
export type SmallDisk = {
  /** Takes all the space that is left. */
  fill(): void
  free(): void
}

const MEBIBYTES = 24
const BLOCK = Buffer.alloc(64 * 1024)

/** Restarts a server without its data on a small file system in memory, until the scope is closed. Undefined where none can be mounted. */
export async function onSmallDisk(scope: Scope, node: StoreNode): Promise<SmallDisk | undefined> {
  const { directory } = node
  await node.kill()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${MEBIBYTES}m,mode=700`, 'tmpfs', directory])
  const isMounted = mounted.status === 0
  if (isMounted) {
    scope.teardown(async () => {
      await node.kill()
      spawnSync('umount', ['-l', directory])
    })
  }
  await node.start()
  return isMounted ? diskAt(directory) : undefined
}

function diskAt(directory: string): SmallDisk {
  const filler = join(directory, 'filler')
  return {
    fill() {
      const file = openSync(filler, 'w')
      try {
        for (;;) writeSync(file, BLOCK)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
  }
}
