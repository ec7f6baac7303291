import assert from 'node:assert/strict'
import { poll } from '@latchkey/harness'
import { run } from './compose.ts'
import type { Users } from './main-job.ts'
import { readEmployee, refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

const REQUESTS = 8

export async function scaling(stack: Stack, users: Users): Promise<void> {
  const { compose, http, employeeUrl } = stack
  const replicas = async () => (await compose('ps', '--quiet', 'employee-service')).split('\n')

  await step('--scale employee-service=2: both replicas answer, at one address', async () => {
    await compose('up', '--detach', '--wait', '--scale=employee-service=2')
    const token = users.administrator.accessToken
    let counts: number[] = []
    // The gateway looks for replicas once a second.
    const doBothAnswer = async () => {
      for (let i = 0; i < REQUESTS; i++) {
        const headers = { 'x-request-id': 'walk-scaled' }
        assert.equal((await http.request(`${employeeUrl}/employees`, { token, headers })).status, 200)
      }
      const logs = await Promise.all((await replicas()).map((container) => run('docker', ['logs', container])))
      counts = logs.map((log) => log.split('"walk-scaled"').length - 1)
      return counts.length === 2 && !counts.includes(0)
    }
    assert.ok(
      await poll(doBothAnswer, { timeoutMs: 30_000, intervalMs: 500 }),
      `one replica answers nothing: ${counts}`,
    )
    return `${counts.join(' and ')} requests`
  })

  await step('one of them is stopped, or killed: the other one answers', async () => {
    const [first, second] = await replicas()
    let isStopping = true
    const stopping = run('docker', ['stop', String(first)]).finally(() => {
      isStopping = false
    })
    let count = 0
    for (; isStopping; count++) await readEmployee(stack, users)
    await stopping
    await compose('up', '--detach', '--wait', '--scale=employee-service=2')
    await run('docker', ['kill', String(second)])
    for (let i = 0; i < REQUESTS; i++) await readEmployee(stack, users)
    return `${count} requests while one stopped`
  })

  await step('auth-service scales to a second replica too', async () => {
    await compose('up', '--detach', '--wait', '--scale=auth-service=2')
    for (let i = 0; i < REQUESTS; i++) await refresh(stack, users)
  })
}
