import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createHttpClient, type HttpResponse } from '@latchkey/harness'
import { run } from './compose.ts'
import type { Users } from './main-job.ts'
import { refresh } from './outages.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** Headers that differ between any two answers, or that describe the body. */
const OF_ONE_ANSWER = ['date', 'server', 'content-length', 'connection', 'keep-alive', 'x-request-id', 'retry-after']
const FORGED = '203.0.113.9'

/** What nginx does beside passing requests on. */
export async function gateway(stack: Stack, users: Users): Promise<void> {
  const { compose, http, authUrl, employeeUrl, tlsUrl, secrets, edgePrefix, environmentFile } = stack

  await step('over TLS both services have one address', async () => {
    const https = createHttpClient({ timeoutMs: 10_000, ca: String(secrets['tls-certificate']) })
    assert.equal((await https.request(`${tlsUrl}/auth/options`)).status, 200)
    assert.equal((await https.request(`${tlsUrl}/employees`)).body.code, 'unauthenticated')
    await refresh(stack, users)
    const list = await https.request(`${tlsUrl}/employees?limit=1`, { token: users.administrator.accessToken })
    assert.equal(list.status, 200, JSON.stringify(list.body))
    https.close()
  })

  await step('what the gateway refuses looks like an answer of the services', async () => {
    const body = { text: 'x'.repeat(64 * 1024) }
    const refused = await http.request(`${employeeUrl}/employees`, { body, headers: { 'x-request-id': 'walk-413' } })
    const { requestId, code } = refused.body
    assert.deepEqual(
      { status: refused.status, requestId, code },
      { status: 413, requestId: 'walk-413', code: 'payload_too_large' },
    )
    const answered = await http.request(`${employeeUrl}/nowhere`)
    assert.deepEqual(commonHeaders(refused), commonHeaders(answered))
    assert.deepEqual(Object.keys(refused.body).sort(), Object.keys(answered.body).sort())
    const ofOAuth = await http.request(`${authUrl}/oauth/token`, { body })
    assert.deepEqual([ofOAuth.status, ofOAuth.body.error], [413, 'invalid_request'])
  })

  await step('a body of 10 MiB gets as far as the service where files are imported', async () => {
    const import_ = (bytes: number) =>
      http.request(`${employeeUrl}/employees/import`, {
        method: 'POST',
        body: Buffer.alloc(bytes, 'x\n'),
        headers: { 'content-type': 'text/csv' },
      })
    assert.equal((await import_(10 * 1024 * 1024)).status, 401)
    assert.equal((await import_(10 * 1024 * 1024 + 1)).body.code, 'payload_too_large')
  })

  await step('what is for operators can’t be had from the gateway', async () => {
    for (const url of [authUrl, employeeUrl]) {
      for (const path of ['/metrics', '/docs', '/openapi.json']) {
        assert.equal((await http.request(`${url}${path}`)).status, 404, path)
      }
      assert.deepEqual((await http.request(`${url}/health/ready`)).body, { status: 'ok' })
    }
    const metrics = await compose('exec', '-T', 'gateway', 'curl', '--silent', 'http://auth-service:3091/metrics')
    assert.match(metrics, /^http_request_duration_seconds/m)
  })

  const lastAddress = async (): Promise<unknown> => {
    const sessions = await http.request(`${authUrl}/auth/sessions`, { token: users.administrator.accessToken })
    return Object(sessions.body.items).find?.(({ current }: { current: boolean }) => current)?.ip
  }
  const forge = { 'x-forwarded-for': FORGED, forwarded: `for=${FORGED}`, 'x-real-ip': FORGED }
  const refreshForged = async (): Promise<void> => {
    const { refreshToken } = users.administrator
    const { status, body } = await http.request(`${authUrl}/auth/refresh`, { body: { refreshToken }, headers: forge })
    assert.equal(status, 200, JSON.stringify(body))
    Object.assign(users.administrator, { accessToken: body.accessToken, refreshToken: body.refreshToken })
  }

  await step('a caller does not choose their address, neither at the gateway nor past it', async () => {
    await refreshForged()
    assert.equal(await lastAddress(), `${edgePrefix}.1`)
    const { refreshToken } = users.administrator
    const call = `fetch('http://auth-service:3001/auth/refresh', {
      method: 'POST',
      headers: ${JSON.stringify({ ...forge, 'content-type': 'application/json' })},
      body: ${JSON.stringify(JSON.stringify({ refreshToken }))},
    }).then((response) => response.json()).then((body) => console.log(JSON.stringify(body)))`
    const answer = JSON.parse(await compose('exec', '-T', 'employee-service', 'node', '-e', call))
    Object.assign(users.administrator, { accessToken: answer.accessToken, refreshToken: answer.refreshToken })
    assert.match(String(await lastAddress()), new RegExp(`^${edgePrefix}\\.1[2-9]\\d$`))
  })

  await step('a proxy in front of it is believed when it is named', async () => {
    const settings = readFileSync(environmentFile, 'utf8')
    appendFileSync(environmentFile, `\nGATEWAY_TRUSTED_PROXIES=${edgePrefix}.1\n`)
    await compose('up', '--detach', '--wait', '--no-deps', 'gateway')
    await refreshForged()
    assert.equal(await lastAddress(), FORGED)
    writeFileSync(environmentFile, settings)
    await compose('up', '--detach', '--wait', '--no-deps', 'gateway')
  })

  await step('its log has a line of JSON for each request, without the query', async () => {
    await http.request(`${employeeUrl}/employees?query=walk-query`, { headers: { 'x-request-id': 'walk-log' } })
    const logs = await run('docker', ['logs', await compose('ps', '--quiet', 'gateway')])
    const lines = logs.split('\n').filter((line) => line.includes('walk-log'))
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).path),
      ['/employees'],
    )
    assert.ok(!logs.includes('walk-query'))
  })
}

function commonHeaders({ headers }: HttpResponse): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_ANSWER.includes(name)))
}
