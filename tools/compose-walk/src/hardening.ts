import assert from 'node:assert/strict'
import { run } from './compose.ts'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

const services = ['auth-service', 'employee-service', 'gateway', 'postgres', 'redis']

type Inspected = {
  Name: string
  HostConfig: {
    ReadonlyRootfs: boolean
    CapDrop: string[]
    SecurityOpt: string[]
    Memory: number
    PidsLimit: number | null
    PortBindings: Record<string, { HostIp: string }[]>
  }
}

/** What a compromised program could do, and see. */
export async function hardening({ compose, secrets }: Stack): Promise<void> {
  const inspect = async () => {
    const ids = (await compose('ps', '--quiet')).split('\n')
    return JSON.parse(await run('docker', ['inspect', ...ids])) as Inspected[]
  }

  await step('the gateway alone is reached from outside, and from this machine alone', async () => {
    for (const { Name, HostConfig } of await inspect()) {
      const ports = Object.entries(HostConfig.PortBindings ?? {})
      const expected = Name.endsWith('-gateway-1') ? ['3001/tcp', '3002/tcp', '8443/tcp'] : []
      assert.deepEqual(ports.map(([port]) => port).sort(), expected, Name)
      for (const [, bindings] of ports)
        assert.deepEqual(new Set(bindings.map(({ HostIp }) => HostIp)), new Set(['127.0.0.1']))
    }
  })

  await step('every container has a limit of memory and processes', async () => {
    for (const { Name, HostConfig } of await inspect()) {
      assert.ok(HostConfig.Memory > 0, Name)
      assert.ok(Number(HostConfig.PidsLimit) > 0, Name)
    }
  })

  await step('no container runs as root, writes to its own files, or can gain privileges', async () => {
    const containers = await inspect()
    assert.equal(containers.length, services.length)
    for (const { Name, HostConfig } of containers) {
      assert.equal(HostConfig.ReadonlyRootfs, true, Name)
      assert.deepEqual(HostConfig.CapDrop, ['ALL'], Name)
      assert.deepEqual(HostConfig.SecurityOpt, ['no-new-privileges:true'], Name)
    }
    for (const service of services) {
      const processes = 'grep -hsE "^(Uid|CapEff):" /proc/[0-9]*/status || true'
      const status = await compose('exec', '-T', service, 'sh', '-c', processes)
      assert.match(status, /^Uid:\s+[1-9]/m, service)
      assert.doesNotMatch(status, /^Uid:\s+0\b/m, service)
      assert.doesNotMatch(status, /^CapEff:\s+0*[1-9a-f]/m, service)
      await assert.rejects(
        compose('exec', '-T', service, 'touch', '/usr/local/bin/x'),
        /Read-only file system/,
        service,
      )
    }
  })

  await step('no secret appears in what Docker shows of the containers, or in a log', async () => {
    const ids = (await compose('ps', '--quiet')).split('\n')
    const shown = `${await run('docker', ['inspect', ...ids])}${await compose('logs', '--no-color')}`
    for (const [name, value] of Object.entries(secrets)) {
      for (const part of value.match(/[0-9a-f]{24,}/g) ?? []) assert.ok(!shown.includes(part), name)
    }
  })

  await step('each database admits its own role and no other', async () => {
    const roles = ['auth', 'employee']
    for (const role of roles) {
      const url = new URL(String(secrets[`${role}-database-url`]))
      url.hostname = '127.0.0.1'
      const enter = (database: string) => {
        url.pathname = `/${database}`
        return compose('exec', '-T', 'postgres', 'psql', '--no-psqlrc', '-Atc', 'select current_user', url.href)
      }
      assert.equal(await enter(`latchkey_${role}`), `latchkey_${role}`)
      for (const other of ['latchkey_auth', 'latchkey_employee', 'postgres', 'template1']) {
        if (other !== `latchkey_${role}`) await assert.rejects(enter(other), /permission denied for database/)
      }
    }
  })

  await step('Redis requires its password, persists every write and evicts nothing', async () => {
    const redis = (...command: string[]) => compose('exec', '-T', 'redis', 'redis-cli', ...command)
    assert.match(await redis('ping'), /NOAUTH/)
    const cli = (...command: string[]) => compose('exec', '-T', 'redis', 'sh', '/etc/latchkey/cli.sh', ...command)
    const config = await cli('config', 'get', 'appendonly', 'maxmemory-policy')
    assert.deepEqual(config.split('\n').sort(), ['appendonly', 'maxmemory-policy', 'noeviction', 'yes'])
  })

  await step('no service has more rights in Redis than it needs', async () => {
    const asUser = (secret: string, ...command: string[]) => {
      const { username, password } = new URL(String(secrets[secret]))
      const login = ['--user', username, '--pass', password, '--no-auth-warning']
      return compose('exec', '-T', 'redis', 'redis-cli', ...login, ...command)
    }
    for (const command of [['config', 'get', '*'], ['flushall'], ['keys', '*'], ['acl', 'list']]) {
      for (const secret of ['redis-url', 'employee-redis-url']) assert.match(await asUser(secret, ...command), /NOPERM/)
    }
    assert.match(await asUser('redis-url', 'get', 'other'), /NOPERM/)
    assert.match(await asUser('employee-redis-url', 'xadd', 'latchkey:revocations', '*', 'a', 'b'), /NOPERM/)
    // Nothing was revoked so far.
    assert.match(await asUser('employee-redis-url', 'xinfo', 'stream', 'latchkey:revocations'), /no such key/)
  })
}
