import assert from 'node:assert/strict'
import { run } from './compose.ts'
import { mainJob } from './main-job.ts'
import { readEmployee, refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** Data of Postgres 17 are refused, left alone, dumped, and restored into 18. */
export async function upgrade(stack: Stack): Promise<void> {
  const { compose, project, environmentFile } = stack
  const with17 = (...args: string[]) => compose('--file=docker-compose.yml', '--file=deploy/postgres-17.yml', ...args)
  const version = () => compose('exec', '-T', 'postgres', 'psql', '-U', 'postgres', '-Atc', 'show server_version')
  const filesInVolume = () => {
    const list = 'cd /volume && find . -type f | sort | xargs cksum'
    const mount = `--volume=${project}_postgres-data:/volume:ro`
    return run('docker', ['run', '--rm', '--user=0', mount, '--entrypoint=sh', `${project}-gateway`, '-c', list])
  }

  await step('the stack works on Postgres 17', async () => {
    await with17('up', '--detach', '--wait')
    const is = await version()
    assert.match(is, /^17\./)
    return is
  })
  const users = await mainJob(stack)

  await step('the new version stops with one line that names upgrading.md, and touches nothing', async () => {
    await compose('down')
    const before = await filesInVolume()
    await assert.rejects(compose('up', '--detach', '--wait'))
    await compose('stop')
    const id = await compose('ps', '--all', '--quiet', 'postgres')
    const lines = (await run('sh', ['-c', `docker logs ${id} 2>&1`])).split('\n')
    const [line] = new Set(lines.filter((text) => text !== ''))
    assert.match(
      String(line),
      /holds data of Postgres 17, and this is Postgres 18: nothing was changed; see docs\/upgrading\.md/,
    )
    assert.equal(new Set(lines).size, 1)
    assert.equal(await filesInVolume(), before)
    return String(line)
  })

  await step('one command dumps with 17 and restores into 18', async () => {
    const settings = [`COMPOSE_PROJECT_NAME=${project}`, `COMPOSE_ENV_FILES=${environmentFile}`]
    await run('env', [...settings, 'sh', 'scripts/upgrade-postgres.sh', `${environmentFile}-backup`])
    const is = await version()
    assert.match(is, /^18\./)
    return is
  })

  await step('accounts, employees and sessions are all there', async () => {
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
    await readEmployee(stack, users)
  })
  await step('again, the command restores nothing over what is newer', async () => {
    const settings = [`COMPOSE_PROJECT_NAME=${project}`, `COMPOSE_ENV_FILES=${environmentFile}`]
    await run('env', [...settings, 'sh', 'scripts/upgrade-postgres.sh', `${environmentFile}-backup`])
    await compose('up', '--detach', '--wait')
    await refresh(stack, users)
  })
}
