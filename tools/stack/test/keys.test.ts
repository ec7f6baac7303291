import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALGORITHMS } from '@latchkey/access-token'
import { freePort, plainNode, temporaryDirectory } from '@latchkey/harness'
import t, { type Test } from 'tap'
import { readKeysOptions } from '../src/keys/options.ts'
import { randomRing, readRing, writeRing } from '../src/keys/ring-text.ts'
import { rotate } from '../src/keys/rotate.ts'
import { newKid, nextStep, take } from '../src/keys/rotation.ts'
import { changeKeys, keys, kidsIn } from './running-keys.ts'
import { plainEnvironment, runStackProcess } from './running-stack.ts'

t.setTimeout(300_000)

const program = join(import.meta.dirname, '../src/keys.ts')

/** Runs what `npm run keys --` runs. */
function keysProgram(args: string[], environment: Record<string, string> = {}) {
  const node = plainNode([program, ...args], { ...plainEnvironment(), ...environment })
  const { status, stdout, stderr } = spawnSync(node.command, node.args, { env: node.env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

function ringFile(t: Test, text: string): string {
  const file = join(temporaryDirectory(t, 'stack'), 'ring')
  writeFileSync(file, text, { mode: 0o640 })
  return file
}

/** As if the last change were longer ago. */
function age(file: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds
  utimesSync(file, then, then)
}

const HS = 'x'.repeat(40)
const ringOf = (...kids: string[]) => readRing(kids.map((kid, index) => `${kid}:${index}${HS}`).join())

for (const kids of [['k1'], ['default'], ['k20300101T000000Z'], ['b', 'a'], ['emergency', 'k20300101T000000Z']]) {
  t.test(
    `from ${kids.join(', ')} a change goes on to its end: a key is known before it signs, and good until its end`,
    async (t) => {
      let ring = ringOf(...kids)
      const now = new Date(Date.UTC(2030, 1, 1))
      const steps: string[] = []
      const front = kids[0]
      for (let added: string | undefined, n = 0; n < (kids.length > 1 ? 4 : 3); n++) {
        const step = nextStep(ring, added, now)
        steps.push(step.does)
        if (step.does === 'sign') t.equal(ring.entries[0]?.kid, front, 'what signed before stays until now')
        ring = readRing(writeRing(take(step, ring)))
        added = step.does === 'add' ? step.kid : undefined
      }
      // Whatever was left over goes first; it never comes back to the front.
      t.same(steps, [...(kids.length > 1 ? ['drop'] : []), 'add', 'sign', 'drop'])
      t.same(
        ring.entries.map(({ kid }) => kid),
        [newKid({ entries: [] }, now)],
      )
    },
  )
}

t.test('two keys of one second have two names', async (t) => {
  const now = new Date()
  const ring = take({ does: 'add', kid: newKid(ringOf('k1'), now) }, ringOf('k1'))
  t.not(newKid(ring, now), ring.entries[1]?.kid)
})

for (const algorithm of ALGORITHMS) {
  t.test(`${algorithm}: what is made and written can be read by the services`, async (t) => {
    const ring = readRing(randomRing(algorithm))
    t.equal(ring.algorithm, algorithm)
    t.equal(readRing(writeRing(take(nextStep(ring, undefined, new Date()), ring))).entries.length, 2)
  })
}

t.test('rotate takes one step at a time and no step too early', async (t) => {
  const file = ringFile(t, `k1:${HS}\n`)
  const first = await keys(['rotate', '--file', file])
  t.equal(first.status, 0)
  const [, added] = kidsIn(file)
  t.match(first.output, `Added the key ${added}`)
  t.match(first.output, 'Next: ')
  t.equal(statSync(file).mode & 0o777, 0o640, 'who may read it stays')
  t.notOk(existsSync(`${file}.previous`))
  t.notMatch(first.output, HS, 'no secret is shown')

  const early = await keys(['rotate', '--file', file])
  t.equal(early.status, 1)
  t.match(early.output, 'too early to sign')
  t.same(kidsIn(file), ['k1', added])

  age(file, 11)
  t.equal((await keys(['rotate', '--file', file])).status, 0)
  t.same(kidsIn(file), [added, 'k1'])
  age(file, 16 * 60)
  t.match((await keys(['rotate', '--file', file])).output, 'too early to drop')
  age(file, 17 * 60)
  t.equal((await keys(['rotate', '--file', file])).status, 0)
  t.same(kidsIn(file), [added])
})

t.test('rotate --now asks no time, and --wait takes all steps with the time between them', async (t) => {
  const file = ringFile(t, HS)
  for (let n = 0; n < 3; n++) t.equal((await keys(['rotate', '--now', '--file', file])).status, 0)
  const [kid] = kidsIn(file)
  t.not(kid, 'default')
})

t.test('rotate --wait takes all steps, with the time between them that the ring and its tokens take', async (t) => {
  const day = 86_400_000
  for (const [algorithm, args, steps] of [
    ['HS256', [], [10_000, 10_000 + 16 * 60_000]],
    ['ES256', [], [150_000, 150_000 + 16 * 60_000]],
    ['HS256', ['--refresh'], [10_000, 10_000 + 30 * day + 60_000]],
  ] as const) {
    const file = ringFile(t, randomRing(algorithm))
    let now = statSync(file).mtimeMs
    let changed = now
    const waited: number[] = []
    const clock = {
      now: () => new Date(now),
      async sleep(ms: number) {
        t.ok(ms > 0 && ms <= 3_600_000, 'a timer can wait so long')
        now += ms
      },
    }
    const say = (text: string): void => {
      if (!/^(Added|The key|Dropped)/.test(text)) return
      waited.push(now - changed)
      changed = now
      utimesSync(file, now / 1000, now / 1000)
    }
    await rotate(readKeysOptions(['rotate', '--wait', '--file', file, ...args], {}), say, clock)
    t.same(
      waited.map((ms) => Math.round(ms / 1000)),
      [0, ...steps.map((ms) => ms / 1000)],
      `${algorithm} ${args.join()}`,
    )
    t.equal(kidsIn(file).length, 1)
  }
})

t.test('create makes a ring for one algorithm, and never over another', async (t) => {
  const file = join(temporaryDirectory(t, 'stack'), 'ring')
  t.equal((await keys(['create', '--algorithm', 'EdDSA', '--file', file])).status, 0)
  t.equal(readRing(readFileSync(file, 'utf8')).algorithm, 'EdDSA')
  t.equal(statSync(file).mode & 0o777, 0o600)
  const again = await keys(['create', '--algorithm', 'ES256', '--file', file])
  t.equal(again.status, 1)
  t.match(again.output, 'is there already')
  t.match((await keys(['show', '--file', file])).output, /signs and verifies/)
})

t.test('`npm run keys` prints what it did, and ends with 1 and one message when it fails', async (t) => {
  const file = join(temporaryDirectory(t, 'stack'), 'ring')
  t.match(keysProgram(['create', '--file', file]), {
    status: 0,
    stdout: /^Created .* with one key for HS256\.\n$/,
    stderr: '',
  })
  t.same(kidsIn(file).length, 1)
  t.match(keysProgram(['create', '--file', file]), { status: 1, stdout: '', stderr: /^.* is there already\.\n$/ })
  const set = { ACCESS_TOKEN_SECRET_FILE: file }
  t.match(keysProgram(['rotate'], set), { status: 0, stdout: /^Added the key/ })
})

t.test('a command that fails prints one clear message, and changes nothing', async (t) => {
  const file = ringFile(t, 'k1:short')
  t.match(await keys(['rotate', '--file', file]), { status: 1, output: /cannot be used: .*'k1'/ })
  t.match(await keys(['rotate', '--file', '/nowhere/ring']), { status: 1, output: /cannot be read/ })
  t.match(await keys(['dance']), { status: 1, output: /npm run keys -- <command>/ })
  t.match(await keys(['revoke']), { status: 1, output: /npm run keys -- <command>/ })
  t.match(await keys(['rotate', '--file', file, '--fast']), { status: 1, output: /--fast/ })
  t.match(await keys(['rotate', '--settle', 'soon', '--file', file]), {
    status: 1,
    output: /--settle must be a duration/,
  })
  const wrong = { ACCESS_TOKEN_EXPIRY: 'canary', AUTH_URL: 'canary', ADMIN_PASSWORD_FILE: '/canary' }
  const faults = await keys(['rotate', '--settle', 'soon', '--algorithm', 'none', '--file', file], wrong)
  t.equal(faults.status, 1)
  for (const name of ['--settle', '--algorithm', ...Object.keys(wrong)]) t.match(faults.output, `\n  ${name} `)
  t.notMatch(faults.output, 'canary', 'all faults at once, by name and never by value')
  t.equal(readFileSync(file, 'utf8'), 'k1:short')

  const cutShort = ringFile(t, `k1:${HS}`)
  writeFileSync(`${cutShort}.previous`, `k0:${HS}`)
  t.match(await keys(['rotate', '--file', cutShort]), { status: 1, output: /cut short/ })
  t.equal(readFileSync(cutShort, 'utf8'), `k1:${HS}`)
})

t.test('ES256: on a running system a change passes unnoticed, and a leaked key is refused', async (t) => {
  const place = {
    DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
    AUTH_PORT: String(await freePort()),
    EMPLOYEE_PORT: String(await freePort()),
    ACCESS_TOKEN_ALGORITHM: 'ES256',
  }
  const run = runStackProcess(t, place)
  await run.ready()
  const password = run.password()
  await changeKeys(t, { place, password, ring: 'access-token-private-keys-es256' })
  run.child.kill('SIGTERM')
  t.same(await run.exited, [0, null])
})
