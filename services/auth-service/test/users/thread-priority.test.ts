import { readdirSync, readFileSync } from 'node:fs'
import { getPriority, platform } from 'node:os'
import t from 'tap'
import { createPasswordStrength } from '../../src/users/password-strength.ts'
import { lowerThreadPool } from '../../src/users/thread-priority.ts'

/** The nice value of each thread of this process, by its name; see proc_pid_stat(5). */
function niceValues(): [name: string, nice: number][] {
  return readdirSync('/proc/self/task').map((thread) => {
    const [, name = '', rest = ''] =
      /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')) ?? []
    return [name, Number(rest.split(' ')[16])]
  })
}
const niceOf = (wanted: string) => niceValues().flatMap(([name, nice]) => (name === wanted ? [nice] : []))

if (platform() !== 'linux') t.plan(0, 'only Linux has a priority for each thread')
else {
  t.test('password hashing gives way to requests', async (t) => {
    const before = getPriority()
    await lowerThreadPool()
    t.same(new Set(niceOf('libuv-worker')), new Set([19]))
    t.equal(getPriority(), before, 'the event loop does not')
  })

  t.test('so does the estimate of strength, unless an option says otherwise', async (t) => {
    const lowered = () => niceValues().filter(([name, nice]) => name !== 'libuv-worker' && nice === 19).length
    for (const [hasLowPriority, expected] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const strength = createPasswordStrength({ hasLowPriority })
      await strength.load()
      t.equal(lowered(), expected)
      await strength.close()
    }
  })
}
