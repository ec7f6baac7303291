import assert from 'node:assert/strict'
import { run } from './compose.ts'
import type { Users } from './main-job.ts'
import { readEmployee, refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

export async function stopping(stack: Stack, users: Users): Promise<void> {
  const { compose } = stack
  await step('everything stops in order, with exit code 0', async () => {
    await compose('stop')
    const ids = (await compose('ps', '--all', '--quiet')).split('\n')
    const ends = await run('docker', ['inspect', '--format={{.Name}} {{.State.ExitCode}}', ...ids])
    assert.deepEqual(
      ends.split('\n').filter((end) => !end.endsWith(' 0')),
      [],
    )
    return `${ids.length} containers`
  })
  await step('new containers find accounts, employees and sessions again', async () => {
    await compose('down')
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
    await readEmployee(stack, users)
  })
}
