import { setTimeout as sleep } from 'node:timers/promises'

/** Far beyond what any of it takes: when this is over, it is no matter of speed. */
const PATIENCE_MS = 30_000

/** Whether something that is bound to come does. False only when it can not be a matter of speed any more. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await holds())) {
    if (Date.now() > deadline) return false
    await sleep(20)
  }
  return true
}
