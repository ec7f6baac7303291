import assert from 'node:assert/strict'
import { sleep } from '@latchkey/harness'
import { run } from './compose.ts'
import { type Load, startLoad } from './load.ts'
import type { Users } from './main-job.ts'
import { refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

const CLIENTS = 4

/** Replicas go and come while clients work: no request may fail. `rounds` is how often each of them goes. */
export async function rollingRestart(stack: Stack, users: Users, rounds: number): Promise<void> {
  const { compose, project, environmentFile } = stack
  const replicas = async (service: string) => (await compose('ps', '--quiet', service)).split('\n')
  let load: Load

  await step('--scale auth-service=2 --scale employee-service=3, and clients that work without a break', async () => {
    await compose('up', '--detach', '--wait', '--scale=auth-service=2', '--scale=employee-service=3')
    await refresh(stack, users)
    load = await startLoad(stack, users.administrator.accessToken, CLIENTS)
    await sleep(3000)
    return `${CLIENTS} clients`
  })

  await step('one of each is stopped and started again', async () => {
    for (const service of ['auth-service', 'employee-service']) {
      const [replica] = await replicas(service)
      await run('docker', ['stop', String(replica)])
      await run('docker', ['start', String(replica)])
      await compose('up', '--detach', '--wait', '--no-recreate', '--scale=auth-service=2', '--scale=employee-service=3')
    }
  })

  for (let round = 1; round <= rounds; round++) {
    await step('each is replaced in its turn', async () => {
      const before = [...(await replicas('auth-service')), ...(await replicas('employee-service'))]
      const settings = [`COMPOSE_PROJECT_NAME=${project}`, `COMPOSE_ENV_FILES=${environmentFile}`]
      await run('env', [...settings, 'sh', 'scripts/rolling-restart.sh', 'auth-service', 'employee-service'])
      const after = [...(await replicas('auth-service')), ...(await replicas('employee-service'))]
      assert.equal(after.length, before.length)
      assert.deepEqual(
        after.filter((id) => before.includes(id)),
        [],
      )
      return `${after.length} replicas`
    })
  }

  await step('no request failed meanwhile', async () => {
    const answers = await load.stop()
    assert.deepEqual(answers.failures, [])
    const counts = [...answers.counts].sort()
    for (const asked of ['POST /auth/login', 'POST /auth/refresh', 'GET /auth/me', 'GET /employees']) {
      assert.ok(
        counts.some(([answer]) => answer === `${asked} 200`),
        `nobody asked ${asked}`,
      )
    }
    return counts.map(([answer, count]) => `${count} × ${answer}`).join(', ')
  })

  await step('no container ran out of memory', async () => {
    const ids = (await compose('ps', '--quiet')).split('\n')
    const ends = await run('docker', ['inspect', '--format={{.Name}} {{.State.OOMKilled}}', ...ids])
    assert.deepEqual(
      ends.split('\n').filter((end) => !end.endsWith(' false')),
      [],
    )
    const used = await run('docker', ['stats', '--no-stream', '--format={{.Name}} {{.MemUsage}} {{.PIDs}}', ...ids])
    return used.replaceAll(`${project}-`, '').split('\n').sort().join(', ')
  })
}
