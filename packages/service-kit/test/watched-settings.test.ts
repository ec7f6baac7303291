import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { captureLogs, eventually } from '@latchkey/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { loadSettings, setting } from '../src/settings/index.ts'

const definitions = {
  ring: setting.watched({
    name: 'RING',
    description: 'a text in capitals',
    parse(text) {
      if (text !== text.toUpperCase()) throw new Error('is not in capitals')
      return text
    },
  }),
}

type Accept = (text: string) => void

type TestScope = { teardown(handler: () => void): unknown }

function follow(t: TestScope, environment: Record<string, string>, accept?: Accept) {
  const { ring } = loadSettings(definitions, environment)
  const { stream, lines } = captureLogs()
  const log = pino({ formatters: { level: (level) => ({ level }) } }, stream)
  const stopping = new AbortController()
  t.teardown(() => stopping.abort())
  ring.follow({ signal: stopping.signal, log, ...(accept && { accept }) })
  return { ring, lines, stopping }
}

/** Longer than it takes to see a change. */
const aWhile = (): Promise<void> => sleep(1500)

t.test('a changed file takes effect without a restart', async (t) => {
  const file = join(t.testdir({ ring: 'ONE\n' }), 'ring')
  const { ring, lines } = follow(t, { RING_FILE: file })
  t.equal(ring.current(), 'ONE')
  writeFileSync(file, 'TWO\n')
  t.ok(await eventually(() => ring.current() === 'TWO'))
  t.match(lines(), [{ level: 'info', setting: 'RING' }])
  t.equal(lines().length, 1)
})

t.test('a changed file with a stray line end changes nothing', async (t) => {
  const file = join(t.testdir({ ring: 'ONE\n' }), 'ring')
  const { ring, lines } = follow(t, { RING_FILE: file })
  writeFileSync(file, 'TWO\n\n')
  t.ok(await eventually(() => lines().length > 0))
  t.match(lines(), [{ level: 'error', reason: 'must not have line ends or control characters' }])
  t.equal(ring.current(), 'ONE')
})

t.test('an invalid value is logged once, by name and never by value, and the old value stays', async (t) => {
  const file = join(t.testdir({ ring: 'ONE' }), 'ring')
  const { ring, lines } = follow(t, { RING_FILE: file })
  writeFileSync(file, 'two')
  t.ok(await eventually(() => lines().length > 0))
  await aWhile()
  t.equal(ring.current(), 'ONE')
  t.match(lines(), [{ level: 'error', setting: 'RING', reason: 'is not in capitals' }])
  t.equal(lines().length, 1)
  t.notMatch(JSON.stringify(lines()), 'two')
  writeFileSync(file, 'THREE')
  t.ok(await eventually(() => ring.current() === 'THREE'))
})

t.test('a value that is refused for now is tried again', async (t) => {
  const file = join(t.testdir({ ring: 'ONE' }), 'ring')
  let isWelcome = false
  const { ring, lines } = follow(t, { RING_FILE: file }, () => {
    if (!isWelcome) throw new Error('is not welcome')
  })
  writeFileSync(file, 'TWO')
  t.ok(await eventually(() => lines().length > 0))
  t.equal(ring.current(), 'ONE')
  isWelcome = true
  t.ok(await eventually(() => ring.current() === 'TWO'))
})

t.test('a file that is gone for a while, or in the middle of being written, changes nothing', async (t) => {
  const file = join(t.testdir({ ring: 'ONE' }), 'ring')
  const { ring, lines, stopping } = follow(t, { RING_FILE: file })
  renameSync(file, `${file}.away`)
  await aWhile()
  t.equal(ring.current(), 'ONE')
  // Never the same twice in a row.
  for (let i = 0; i < 60; i++) {
    writeFileSync(file, 'T'.repeat(i + 1))
    await sleep(25)
  }
  stopping.abort()
  t.equal(ring.current(), 'ONE')
  t.same(lines(), [])
})

t.test('a file below a directory that is swapped by its link is followed, as mounted secrets are', async (t) => {
  const directory = t.testdir({ first: { ring: 'ONE' } })
  mkdirSync(join(directory, 'second'))
  writeFileSync(join(directory, 'second/ring'), 'TWO')
  symlinkSync('first', join(directory, 'now'))
  const { ring } = follow(t, { RING_FILE: join(directory, 'now/ring') })
  t.equal(ring.current(), 'ONE')
  symlinkSync('second', join(directory, 'next'))
  renameSync(join(directory, 'next'), join(directory, 'now'))
  t.ok(await eventually(() => ring.current() === 'TWO'))
})

t.test('a value from the environment stays what it is', async (t) => {
  const { ring, lines } = follow(t, { RING: 'ONE' })
  await aWhile()
  t.equal(ring.current(), 'ONE')
  t.same(lines(), [])
})
