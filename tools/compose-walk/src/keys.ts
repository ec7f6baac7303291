import assert from 'node:assert/strict'
import { appendFileSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@latchkey/harness'
import { run } from './compose.ts'
import type { Users } from './main-job.ts'
import { readEmployee, refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

const keys = (...args: string[]): Promise<string> =>
  run(process.execPath, ['--conditions=latchkey-source', 'tools/stack/src/keys.ts', ...args])

function headerOf(token: string): { alg?: string; kid?: string } {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
}

export async function keyChanges(stack: Stack, users: Users): Promise<void> {
  const { http } = stack
  const { administrator } = users
  const ring = join(stack.secretsDirectory, 'access-token-secret')

  await step('a changed key ring takes effect without a restart, and no token is refused', async () => {
    const before = { ...administrator }
    await keys('rotate', '--file', ring)
    await sleep(1500)
    await keys('rotate', '--now', '--file', ring)
    await refreshUntil(stack, users, ({ kid }) => kid !== headerOf(before.accessToken).kid)
    await readEmployee(stack, users)
    await readEmployee(stack, { ...users, administrator: before })
    return String(headerOf(administrator.accessToken).kid)
  })

  await step('a revoked key is refused within a second', async () => {
    const { kid } = headerOf(administrator.accessToken)
    const leaked = administrator.accessToken
    await keys('rotate', '--now', '--file', ring)
    await keys('rotate', '--file', ring)
    await sleep(1500)
    await keys('rotate', '--now', '--file', ring)
    await refreshUntil(stack, users, (header) => header.kid !== kid)
    const answer = await http.request(`${stack.authUrl}/admin/keys/${kid}`, {
      method: 'DELETE',
      token: administrator.accessToken,
    })
    assert.equal(answer.status, 204, JSON.stringify(answer.body))
    await sleep(1000)
    const refused = await http.request(`${stack.employeeUrl}/employees`, { token: leaked })
    assert.equal(refused.body.code, 'token_revoked')
    await readEmployee(stack, users)
  })
}

/** The whole stack with private keys. */
export async function privateKeys(stack: Stack, users: Users): Promise<void> {
  const { compose, secretsDirectory, environmentFile } = stack
  await step('with private keys only auth-service signs, and verifiers fetch the public keys', async () => {
    const file = join(secretsDirectory, 'access-token-private-keys')
    await keys('create', '--algorithm', 'ES256', '--file', file)
    chmodSync(file, 0o644)
    appendFileSync(environmentFile, '\nCOMPOSE_FILE=docker-compose.yml:deploy/asymmetric.yml\n')
    await compose('up', '--detach', '--wait')
    await refreshUntil(stack, users, ({ alg }) => alg === 'ES256')
    await readEmployee(stack, users)
  })
}

async function refreshUntil(
  stack: Stack,
  users: Users,
  holds: (header: { alg?: string; kid?: string }) => boolean,
): Promise<void> {
  for (let n = 0; n < 50; n++) {
    await refresh(stack, users)
    if (holds(headerOf(users.administrator.accessToken))) return
    await sleep(100)
  }
  throw new Error('auth-service still signs with the same key')
}
