import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort, privatePostgres, privateRedis, redisUrlFor, type TestScope, untilReady } from '@latchkey/test-kit'
import { repository } from '../../src/repository.ts'
import { plainly } from './plainly.ts'

export const client = {
  clientId: 'payroll',
  secret: 'a-secret-of-payroll-alone-0123456789',
  scopes: ['employees:read', 'payroll:read'],
}
/** Where the scope comes from that is not built in. */
const policy = { version: 1, scopes: { 'payroll:read': { description: 'Read payslips' } } }
export const keys = '2026-02:the-second-key-of-thirty-two-bytes,2026-01:the-first-key-of-thirty-two-bytes'

/** `redisUrl` is for verifiers. */
export type AuthService = { readonly url: string; readonly redisUrl: string }

/** What `npm run build` made of auth-service, in a process as in its image: no condition, no option of Node. */
export async function startAuthService(t: TestScope): Promise<AuthService> {
  const [postgres, redis, port] = await Promise.all([privatePostgres(t), privateRedis(t), freePort()])
  const url = `http://127.0.0.1:${port}`
  const main = join(repository, 'services/auth-service/dist/main.js')
  const policyFile = join(mkdtempSync(join(tmpdir(), 'latchkey-policy-')), 'access-policy.json')
  writeFileSync(policyFile, JSON.stringify(policy))
  t.teardown(async () => rmSync(dirname(policyFile), { recursive: true }))
  const command = plainly(process.execPath, [main], {
    DATABASE_URL: postgres.url,
    REDIS_URL: redisUrlFor('auth-service', redis.url),
    AUTH_PORT: String(port),
    AUTH_OPERATIONS_PORT: 'off',
    // The one of the READMEs.
    TOKEN_ISSUER: 'http://localhost:3001',
    ACCESS_TOKEN_SECRET: keys,
    REFRESH_TOKEN_SECRET: 'a-secret-of-refresh-tokens-0123456789',
    ACCESS_POLICY_FILE: policyFile,
    SERVICE_CLIENTS: JSON.stringify([client]),
  })
  const child = spawn(...command, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  await untilReady({ url, hasExited: () => (child.exitCode ?? child.signalCode) !== null, output: () => output })
  return { url, redisUrl: redisUrlFor('verifier', redis.url) }
}

/** An access token of the client, with all of its scopes or with one. */
export async function freshToken({ url }: AuthService, scope?: string): Promise<string> {
  const credentials = Buffer.from(`${client.clientId}:${client.secret}`).toString('base64')
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return token
}
