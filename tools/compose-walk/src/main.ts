// `npm run test:compose`: brings the stack of docker-compose.yml up from images, under a project name of its own, and
// walks through it as its users would; removes everything again, whatever happened. Needs Docker and nothing else.
// `-- --rounds 5` replaces each replica five times under load, and not once. `-- --upgrade` takes data of Postgres 17 to 18 instead.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createCompose, run } from './compose.ts'
import { gateway } from './gateway.ts'
import { hardening } from './hardening.ts'
import { images } from './images.ts'
import { keyChanges, privateKeys } from './keys.ts'
import { mainJob } from './main-job.ts'
import { offboarding } from './offboarding.ts'
import { operator } from './operator.ts'
import { outages } from './outages.ts'
import { accessPolicy } from './policy.ts'
import { restoring } from './restoring.ts'
import { rollingRestart } from './rolling.ts'
import { scaling } from './scaling.ts'
import { createSettings, type Stack } from './settings.ts'
import { step } from './step.ts'
import { stopping } from './stopping.ts'
import { upgrade } from './upgrade.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1' }, upgrade: { type: 'boolean', default: false } },
})
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

const directory = mkdtempSync(join(tmpdir(), 'latchkey-compose-'))
const project = `latchkey-walk-${randomBytes(3).toString('hex')}`
const environmentFile = join(directory, '.env')
const compose = createCompose({ project, environmentFile, signal: interrupted.signal })
const removeAll = createCompose({ project, environmentFile })

try {
  await step('Docker answers', () => run('docker', ['version', '--format=engine {{.Server.Version}}']))
  const stack = await createSettings(project, compose, directory)
  try {
    await images(stack)
    if (values.upgrade) await upgrade(stack)
    else await walk(stack)
  } catch (error) {
    if (!interrupted.signal.aborted) console.error(await removeAll('logs', '--no-color', '--tail=30').catch(() => ''))
    throw error
  } finally {
    await step('everything is removed', () =>
      removeAll('down', '--volumes', '--rmi=local', '--remove-orphans', '--timeout=5'),
    )
  }
} catch (error) {
  console.error(interrupted.signal.aborted ? 'interrupted' : error)
  process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function walk(stack: Stack): Promise<void> {
  await step('everything is healthy', () => compose('up', '--detach', '--wait'))
  await hardening(stack)
  const users = await mainJob(stack)
  await operator(stack)
  await outages(stack, users)
  await restoring(stack, users)
  await keyChanges(stack, users)
  await gateway(stack, users)
  await scaling(stack, users)
  await rollingRestart(stack, users, Number(values.rounds))
  await offboarding(stack, users)
  await accessPolicy(stack, users)
  await privateKeys(stack, users)
  await stopping(stack, users)
}
