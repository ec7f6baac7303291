import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { redisUrlFor, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'

const FIXTURE = fileURLToPath(new URL('fixtures/failing-start.ts', import.meta.url))

// Two processes start, on a machine that may be busy.
t.setTimeout(240_000)

/** Runs a start that fails until its process ends by itself, which it does only once every connection is closed. */
async function failedStart(fault: string): Promise<{ output: string; code: number | null; signal: string | null }> {
  const { databaseUrl, schema, redisUrl, redisPrefix } = await testEnvironment(t)
  const child = spawn(process.execPath, [FIXTURE], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrlFor('auth-service', redisUrl),
      ACCESS_TOKEN_SECRET: 'a1:access-access-access-access-access',
      REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
      ADMIN_PASSWORD: 'correct horse battery staple',
      TEST_SCHEMA: schema,
      TEST_PREFIX: redisPrefix,
      TEST_FAULT: fault,
    },
  })
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { output, code, signal }
}

t.test('a start that fails while the resource server is registered closes what it opened', async (t) => {
  const { output, code, signal } = await failedStart('an impossible origin')
  t.match(output, /refused: "https:\/\/app\.example\/path" is no origin such as/)
  t.strictSame([code, signal], [0, null], 'the process ended by itself')
})

t.test('a start that fails in its last step closes what it opened, and the log names the step', async (t) => {
  const { output, code, signal } = await failedStart('impossible hashing options')
  t.match(output, /"event":"start_up_failed","step":"create the first administrator"/)
  t.match(output, /refused: /)
  t.strictSame([code, signal], [0, null], 'the process ended by itself')
})
