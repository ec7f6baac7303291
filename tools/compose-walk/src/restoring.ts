import assert from 'node:assert/strict'
import { run } from './compose.ts'
import type { Users } from './main-job.ts'
import { readEmployee, refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** A backup is made while everything runs, and put back: Postgres alone, then both. */
export async function restoring(stack: Stack, users: Users): Promise<void> {
  const { compose, project, environmentFile, http, authUrl } = stack
  const backup = `${environmentFile}-restore`
  const script = (name: string, ...args: string[]) =>
    run('env', [
      `COMPOSE_PROJECT_NAME=${project}`,
      `COMPOSE_ENV_FILES=${environmentFile}`,
      'sh',
      `scripts/${name}.sh`,
      ...args,
    ])
  const stop = () => compose('stop', 'auth-service', 'employee-service')

  await step('one command backs everything up', async () => {
    await script('compose-backup', backup)
    await assert.rejects(script('compose-backup', backup), /is there already/)
  })
  await step('nothing is restored under services that run', () =>
    assert.rejects(script('compose-restore', backup), /Stop the services first/),
  )
  await step('a Postgres that was restored alone serves nothing until it is reconciled', async () => {
    // Redis has to have a beat that the backup lacks.
    await new Promise((resolve) => setTimeout(resolve, 12_000))
    await stop()
    await script('compose-restore', backup, 'postgres')
    await compose('up', '--detach')
    for (let code: unknown; code !== 'reconciliation_required'; ) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const answer = await http.request(`${authUrl}/auth/options`).catch(() => undefined)
      code = answer?.body.code
    }
    await compose('run', '--rm', '--no-TTY', 'admin', 'reconcile')
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
    await readEmployee(stack, users)
  })
  await step('both are restored', async () => {
    await stop()
    await script('compose-restore', backup)
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
    await readEmployee(stack, users)
  })
}
