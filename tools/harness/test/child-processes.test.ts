import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { createChildProcesses, lastLines, poll, temporaryDirectory } from '../src/index.ts'
import { recordedProcess } from '../src/processes/process-record.ts'

const processes = createChildProcesses()
const RUNS = `console.log('on'); setInterval(() => {}, 1000)`
const node = (code: string) => ({
  name: 'it',
  command: process.execPath,
  args: ['-e', code],
  cwd: '/',
  stopSignal: 'SIGTERM' as const,
  graceMs: 10_000,
})

t.test('a program is stopped by its signal, and its record goes with it', async (t) => {
  const recordFile = join(temporaryDirectory(t, 'harness'), 'it.json')
  const started = processes.start({ ...node(RUNS), output: 'pipe', recordFile })
  t.equal(recordedProcess(recordFile), started.pid)
  await once(started.outputs[0] ?? t, 'data')
  t.notOk(started.hasExited())
  await started.stop()
  t.same(await started.exited, { code: null, signal: 'SIGTERM' })
  t.notOk(existsSync(recordFile))
  await started.stop()
})

t.test('a program that ignores its signal is killed after the grace, even a paused one', async (t) => {
  const stubborn = processes.start({ ...node(`process.on('SIGTERM', () => {}); ${RUNS}`), output: 'pipe', graceMs: 50 })
  await once(stubborn.outputs[0] ?? t, 'data')
  process.kill(stubborn.pid, 'SIGSTOP')
  await stubborn.stop()
  t.same(await stubborn.exited, { code: null, signal: 'SIGKILL' })
})

t.test('a killed program does not clean up', async (t) => {
  const started = processes.start({ ...node(`process.on('SIGTERM', () => process.exit(0)); ${RUNS}`), output: 'pipe' })
  await once(started.outputs[0] ?? t, 'data')
  await started.kill()
  t.same(await started.exited, { code: null, signal: 'SIGKILL' })
})

t.test('a log holds both streams of the last start', async (t) => {
  const file = join(temporaryDirectory(t, 'harness'), 'it.log')
  for (const word of ['one', 'two']) {
    const started = processes.start({
      ...node(`console.log('out ${word}'); console.error('err ${word}')`),
      output: { file },
    })
    t.same(await started.exited, { code: 0, signal: null })
  }
  t.same(readFileSync(file, 'utf8').trim().split('\n').sort(), ['err two', 'out two'])
  t.equal(lastLines(file, 1), 'err two')
  t.equal(lastLines('/nowhere', 1), '')
})

t.test('a program that cannot be started exits with 127 and a reason in the log', async (t) => {
  const file = join(temporaryDirectory(t, 'harness'), 'it.log')
  const started = processes.start({ ...node(''), command: '/nowhere/program', output: { file } })
  t.same(await started.exited, { code: 127, signal: null })
  t.match(readFileSync(file, 'utf8'), /^it cannot be run: .*ENOENT/)
  await started.stop()
})

t.test('a program that ends in a hurry takes its children along', async (t) => {
  const module = new URL('../src/processes/child-processes.ts', import.meta.url).href
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createChildProcesses } from '${module}'
      const child = createChildProcesses().start(${JSON.stringify({ ...node(RUNS), output: 'stderr' })})
      console.log(child.pid)
      setTimeout(() => process.exit(3), 200)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const pid = Number(await text(parent.stdout))
  const isGone = () => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  }
  t.ok(await poll(isGone, { timeoutMs: 10_000 }))
})

t.test('listeners of programs that have ended stay behind nowhere', async (t) => {
  const before = [process.listenerCount('exit'), process.getMaxListeners()]
  const all = Array.from({ length: 12 }, () => createChildProcesses().start({ ...node(RUNS), output: 'stderr' }))
  await Promise.all(all.map((started) => started.kill()))
  t.same([process.listenerCount('exit'), process.getMaxListeners()], before)
})
