import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { UserFacingError } from '../user-facing-error.ts'

const INSTALL_BY_HAND =
  'Install Redis or Valkey so that `redis-server` or `valkey-server` is on PATH ' +
  '(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis; Fedora: dnf install valkey), or set REDIS_URL.'

/**
 * The Redis server of this machine: `redis-server` or `valkey-server` from PATH. No npm package carries one that runs
 * everywhere, so root on Debian or Ubuntu gets it installed when it is missing, which goes to `report`.
 */
export async function redisProgram(report: (line: string) => void): Promise<string> {
  const found = findRedis()
  if (found !== undefined) return found
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || onPath('apt-get') === undefined) {
    throw new UserFacingError(`No Redis server found. ${INSTALL_BY_HAND}`)
  }
  report('No Redis server found: installing the package redis-server with apt-get')
  await installRedis()
  const installed = findRedis()
  if (installed === undefined)
    throw new UserFacingError(`redis-server is installed but not on PATH. ${INSTALL_BY_HAND}`)
  return installed
}

const findRedis = (): string | undefined => onPath('redis-server') ?? onPath('valkey-server')

function onPath(program: string): string | undefined {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(directory, program)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {
      // Not here.
    }
  }
  return undefined
}

async function installRedis(): Promise<void> {
  // The package would start a server of its own, on the default port. This file prevents that, see invoke-rc.d(8).
  const policy = '/usr/sbin/policy-rc.d'
  const ownPolicy = !existsSync(policy)
  if (ownPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    // A broken foreign source makes `update` fail although the package is available: only `install` decides.
    await run('apt-get', ['update'])
    const { code, output } = await run('apt-get', [
      '-o',
      'DPkg::Lock::Timeout=120',
      'install',
      '-y',
      '--no-install-recommends',
      'redis-server',
    ])
    if (code !== 0) {
      const complaint = output.trim().split('\n').slice(-3).join('\n')
      throw new UserFacingError(`apt-get could not install redis-server:\n${complaint}\n${INSTALL_BY_HAND}`)
    }
    // Nor must it start at the next boot.
    if (existsSync('/run/systemd/system')) await run('systemctl', ['disable', 'redis-server'])
  } finally {
    if (ownPolicy) rmSync(policy, { force: true })
  }
}

// In a session of its own: Ctrl-C must not leave dpkg half-way.
async function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
