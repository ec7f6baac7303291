import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainNode, temporaryDirectory } from '@latchkey/harness'
import t, { type Test } from 'tap'
import type { Reports, Wanted } from './support/fuzz-program.ts'

const seed = Number(process.env.FUZZ_SEED ?? randomInt(1_000_000_000))
const requests = Number(process.env.FUZZ_REQUESTS ?? 2000)
// Two thousand requests take a minute, on a loaded machine several.
t.setTimeout(900_000)

async function runProgram(t: Test, wanted: Wanted): Promise<Reports> {
  const file = join(temporaryDirectory(t, 'fuzz'), 'reports.json')
  const program = join(import.meta.dirname, 'support/fuzz-program.ts')
  const { command, args, env } = plainNode([program, JSON.stringify(wanted), file], process.env)
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  t.teardown(() => void child.kill())
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the program ended with ${code}`)
  return JSON.parse(readFileSync(file, 'utf8')) as Reports
}

// A loaded machine is slow: what is no hang within half a minute is none.
const { whole, planted } = await runProgram(t, { seed, requests, deadlineMs: 30_000 })

t.test(`no request brings about what an answer must never be (FUZZ_SEED=${seed})`, async (t) => {
  const { statistics, findings, goals, logs, rejections, isReady } = whole
  t.same(
    findings.map(({ text, curl }) => `${text}\n${curl}`),
    [],
  )
  t.notOk(statistics.byClass.hang, 'no answer is missing')
  t.same(logs.errors, [], 'no line of the log has the level of an error')
  t.same(logs.leaks, [], 'no line of the log holds a password or a token')
  t.same(rejections, [])
  t.ok(isReady, 'both services are ready at the end')

  t.same(goals.unmet, [], 'each operation, caller, member and header had its turn')
  t.ok(statistics.requests >= requests)
  t.ok(statistics.authenticated >= 0.3 * statistics.requests, `${statistics.authenticated} requests are authenticated`)
  t.ok(statistics.mutatedTokens > 0.02 * statistics.requests, `${statistics.mutatedTokens} have a mutated token`)
})

t.test(`a failure that one rare value causes is found, and told with that value (FUZZ_SEED=${seed})`, async (t) => {
  const found = planted.findings.filter(({ kind }) => kind === 'status 500')
  t.ok(found.length > 0)
  for (const { curl } of found) t.match(curl, /employees.*jobTitle|text\/csv/)
})
