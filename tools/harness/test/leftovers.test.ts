import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../src/index.ts'
import { claimRecord, recordedProcess, recordProcess } from '../src/processes/process-record.ts'
import { stopLeftover } from '../src/processes/stop-leftover.ts'

/** A program that only a SIGKILL ends, if `stubborn`. */
async function sleeper(t: Test, { stubborn = false } = {}) {
  const code = `${stubborn ? `process.on('SIGTERM', () => {});` : ''} console.log('on'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return { child, pid: child.pid ?? 0, exited: once(child, 'exit') }
}

t.test('a recorded process that still runs is stopped', async (t) => {
  const record = join(temporaryDirectory(t, 'harness'), 'it.json')
  const { pid, exited } = await sleeper(t)
  recordProcess(record, pid)
  t.equal(recordedProcess(record), pid)
  t.equal(await stopLeftover(record, 'SIGTERM', 5000), true)
  t.same(await exited, [null, 'SIGTERM'])
  t.equal(recordedProcess(record), undefined)
})

t.test('one that does not listen is killed', async (t) => {
  const record = join(temporaryDirectory(t, 'harness'), 'it.json')
  const { pid, exited } = await sleeper(t, { stubborn: true })
  recordProcess(record, pid)
  await stopLeftover(record, 'SIGTERM', 50)
  t.same(await exited, [null, 'SIGKILL'])
})

t.test('a foreign process that was given the recorded pid is left alone', async (t) => {
  const record = join(temporaryDirectory(t, 'harness'), 'it.json')
  const { child, pid } = await sleeper(t)
  writeFileSync(record, JSON.stringify({ pid, startedAt: 'another time' }))
  t.equal(await stopLeftover(record, 'SIGTERM', 50), false)
  t.equal(child.exitCode ?? child.signalCode, null)
})

t.test('a damaged record is no record', async (t) => {
  const record = join(temporaryDirectory(t, 'harness'), 'it.json')
  writeFileSync(record, '{"pid":')
  t.equal(await stopLeftover(record, 'SIGTERM', 50), false)
})

t.test('a claim is refused while its owner lives, and taken over when it is dead', async (t) => {
  const record = join(temporaryDirectory(t, 'harness'), 'claim.json')
  const { child, pid, exited } = await sleeper(t)
  recordProcess(record, pid)
  t.equal(claimRecord(record), pid)
  child.kill('SIGKILL')
  await exited
  t.equal(claimRecord(record), undefined)
  t.equal(recordedProcess(record), process.pid)
})
