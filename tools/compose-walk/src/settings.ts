import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createHttpClient, type HttpClient } from '@latchkey/harness'
import { type Compose, run } from './compose.ts'
import { step } from './step.ts'

export type Stack = {
  readonly project: string
  readonly compose: Compose
  /** Each request has a connection of its own, so that replicas take turns. */
  readonly http: HttpClient
  /** By file name. */
  readonly secrets: Readonly<Record<string, string>>
  readonly secretsDirectory: string
  readonly environmentFile: string
  readonly authUrl: string
  readonly employeeUrl: string
  /** Both services, over TLS with the certificate among the secrets. */
  readonly tlsUrl: string
  /** The first three bytes of the addresses of gateway and services. */
  readonly edgePrefix: string
}

/** Writes `.env` and generates the secrets in `directory`, as docs/deployment.md describes. */
export async function createSettings(project: string, compose: Compose, directory: string): Promise<Stack> {
  const file = join(directory, '.env')
  const [authPort, employeePort, tlsPort] = await freePorts(3)
  // A network of its own, beside that of a stack which runs on this machine already.
  const edgePrefix = `172.16.${randomInt(0, 231)}`
  copyFileSync(join(import.meta.dirname, '../../../.env.example'), file)
  const ports = readFileSync(file, 'utf8')
    .replace(/^AUTH_PORT=.*/m, `AUTH_PORT=${authPort}`)
    .replace(/^EMPLOYEE_PORT=.*/m, `EMPLOYEE_PORT=${employeePort}`)
    .replace(/^GATEWAY_TLS_PORT=.*/m, `GATEWAY_TLS_PORT=${tlsPort}`)
    .replace(/^#?EDGE_PREFIX=.*/m, `EDGE_PREFIX=${edgePrefix}`)
  writeFileSync(file, ports)

  await step('without secrets it refuses to start, and says what to do', () =>
    assert.rejects(compose('up', '--detach'), /there are no secrets yet.*compose-secrets\.sh/),
  )

  const secretsDirectory = join(directory, 'secrets')
  const readSecrets = () =>
    Object.fromEntries(
      readdirSync(secretsDirectory).map((name) => [name, readFileSync(join(secretsDirectory, name), 'utf8').trim()]),
    )
  let secrets: Record<string, string> = {}
  await step('one command generates the secrets, once', async () => {
    const output = await run('sh', ['scripts/compose-secrets.sh', file])
    secrets = readSecrets()
    assert.ok(output.includes(String(secrets['admin-password'])))
    assert.equal(statSync(secretsDirectory).mode & 0o777, 0o700)
    const repeated = await run('sh', ['scripts/compose-secrets.sh', file])
    assert.ok(!repeated.includes(String(secrets['admin-password'])))
    assert.deepEqual(readSecrets(), secrets)
    return `${Object.keys(secrets).length} of them`
  })
  return {
    project,
    secretsDirectory,
    environmentFile: file,
    compose,
    http: createHttpClient({ timeoutMs: 10_000 }),
    secrets,
    authUrl: `http://127.0.0.1:${authPort}`,
    employeeUrl: `http://127.0.0.1:${employeePort}`,
    tlsUrl: `https://localhost:${tlsPort}`,
    edgePrefix,
  }
}

/** Free ports below those of outgoing connections, which would take them soon. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(20_000, 30_000)
    const server = createServer()
    const isFree = await once(server.listen(port, '127.0.0.1'), 'listening').then(
      () => true,
      () => false,
    )
    server.close()
    if (isFree) ports.add(port)
  }
  return [...ports]
}
