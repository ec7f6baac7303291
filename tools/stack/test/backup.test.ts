import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { type Person, startCompany } from './running-company.ts'
import { admin, backup, processesOf, restore, runStackProcess, type StackRun } from './running-stack.ts'

t.setTimeout(600_000)

t.test('without data there is nothing to back up, and servers of others are left to them', async (t) => {
  const DATA_DIR = join(temporaryDirectory(t, 'stack'), 'data')
  t.match(backup({ DATA_DIR }), { code: 1, noted: /There is no database in/ })
  t.match(backup({ DATA_DIR, REDIS_URL: 'redis://127.0.0.1:1' }), {
    code: 1,
    noted: /^REDIS_URL names a server of yours/,
  })
  t.match(backup({ DATA_DIR }, '--help'), { code: 1, noted: /npm run backup -- \[DIRECTORY\]/ })
  for (const args of [[], ['one', 'two'], ['one', '--only', 'all'], ['--what']]) {
    t.match(restore({ DATA_DIR }, ...args), { code: 1, noted: /npm run restore -- DIRECTORY/ })
  }
})

t.test('a backup that is made while all runs is restored, alone or with Redis', async (t) => {
  const company = await startCompany(t)
  const { place, anyone, administrator } = company
  const backups = temporaryDirectory(t, 'backups')
  const target = join(backups, 'first')
  let stack: StackRun = company.stack

  const stopStack = async (): Promise<void> => {
    stack.child.kill('SIGTERM')
    t.same(await stack.exited, [0, null])
  }
  const startStack = (): void => {
    stack = runStackProcess(t, place)
  }
  const refreshOf = ({ refreshToken }: Person) => anyone('/auth/refresh', { body: { refreshToken } })
  /** What is answered now, 503 too. */
  const answerNow = async () => {
    const response = await fetch(`http://127.0.0.1:${place.AUTH_PORT}/auth/options`).catch(() => undefined)
    return response && { status: response.status, body: (await response.json()) as { code?: string } }
  }

  const leaver = await company.join('Lee', 'staff')
  const stays = await company.join('Sue', 'staff')

  await t.test('it is whole, and only its owner can read it', async (t) => {
    const made = backup(place, target)
    t.match(made, { code: 0, noted: /both databases and Redis, as of/ }, made.noted)
    t.notOk(readdirSync(backups).some((name) => name.endsWith('.unfinished')))
    const files = readdirSync(target, { recursive: true, withFileTypes: true })
    for (const entry of files) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777
      t.equal(mode, entry.isDirectory() ? 0o700 : 0o600, entry.name)
    }
    t.match(backup(place, target), { code: 1, noted: /is there already/ })
    t.notOk(existsSync(join(place.DATA_DIR, 'redis/dump.rdb')), 'nothing is left behind')
    t.match(restore(place, target), { code: 1, noted: /runs on .* already/ }, 'not while the stack runs')
  })

  t.equal(
    (await administrator.ask(`/admin/users/${leaver.id}`, { method: 'PATCH', body: { status: 'disabled' } })).status,
    200,
  )
  const newcomer = await company.join('Nia', 'staff')
  await t.test('damaged or unfinished ones are refused, and nothing changes', async (t) => {
    await stopStack()
    const file = join(target, 'redis.rdb')
    const aside = join(backups, 'redis.rdb')
    renameSync(file, aside)
    t.match(restore(place, target), { code: 1, noted: /damaged: redis.rdb is missing/ })
    writeFileSync(file, 'REDIS')
    t.match(restore(place, target), { code: 1, noted: /damaged: redis.rdb has changed/ })
    rmSync(file)
    renameSync(aside, file)
    writeFileSync(join(target, 'more'), '')
    t.match(restore(place, target), { code: 1, noted: /damaged: more is not part of it/ })
    rmSync(join(target, 'more'))
    const unfinished = join(backups, 'second.unfinished')
    mkdirSync(unfinished)
    t.match(restore(place, unfinished), { code: 1, noted: /never finished/ })
    for (const manifest of ['{', '{"format":2}']) {
      writeFileSync(join(unfinished, 'manifest.json'), manifest)
      t.match(restore(place, unfinished), { code: 1, noted: /manifest/ })
    }
    t.notOk(readdirSync(place.DATA_DIR).some((name) => name.startsWith('before-restore')))
  })

  await t.test('Postgres alone: nothing is served until it is reconciled', async (t) => {
    const restored = restore(place, target, '--only', 'postgres')
    t.match(restored, { code: 0, noted: /npm run admin -- reconcile/ }, restored.noted)
    startStack()
    await untilSo(async () => (await answerNow())?.body.code === 'reconciliation_required')
    const { code, printed, noted } = admin(place, 'reconcile')
    t.equal(code, 0, noted)
    t.match(printed, leaver.id)
    t.match(printed, newcomer.id)
    await stack.ready()
    t.match(stack.output(), /Postgres is older than Redis.*npm run admin -- reconcile/)
    t.equal((await refreshOf(leaver)).status, 401)
    t.equal((await refreshOf(newcomer)).status, 401)
    t.equal((await refreshOf(stays)).status, 200)
  })

  await t.test('both: as it was, without a word', async (t) => {
    await stopStack()
    const restored = restore(place, target)
    t.match(restored, { code: 0, noted: /not known to anybody/ }, restored.noted)
    startStack()
    await stack.ready()
    t.equal((await refreshOf(leaver)).status, 200, 'nobody knows that the account was disabled')
    t.equal((await refreshOf(stays)).status, 200)
    t.equal(readdirSync(place.DATA_DIR).filter((name) => name.startsWith('before-restore')).length, 2)
  })

  await t.test('a stack that does not run is backed up as well', async (t) => {
    await stopStack()
    const second = join(backups, 'third')
    t.match(backup(place, second), { code: 0 })
    t.same(processesOf(place.DATA_DIR), [])
    // Half of a restore: what was there is aside, what was copied is not in its place yet.
    const note = join(place.DATA_DIR, 'restore-under-way.json')
    const aside = join(place.DATA_DIR, 'before-restore-x')
    mkdirSync(aside)
    renameSync(join(place.DATA_DIR, 'redis'), join(place.DATA_DIR, 'redis.restored'))
    writeFileSync(note, JSON.stringify({ backup: second, parts: ['redis'], aside }))
    startStack()
    t.same(await stack.exited, [1, null])
    t.match(stack.output(), /A restore into .* was interrupted/)
    t.match(restore(place, second), { code: 0, noted: /is in place/ })
    startStack()
    await stack.ready()
    t.equal((await refreshOf(stays)).status, 200)
  })
})

async function untilSo(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 200))
}
