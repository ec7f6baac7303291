import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { UserFacingError } from '../user-facing-error.ts'
import { onPath } from './on-path.ts'

/** Whether packages can be installed: as root on Debian, Ubuntu and the like. */
export const canInstallPackages = (): boolean =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get') !== undefined

/** Installs a package with what it needs, and nothing that it recommends. @throws {UserFacingError} with apt's last words */
export async function installPackage(name: string): Promise<void> {
  // A broken foreign source makes `update` fail although the package is available: only `install` decides.
  await runDetached('apt-get', ['update'])
  const { code, output } = await runDetached('apt-get', [
    '-o',
    'DPkg::Lock::Timeout=120',
    'install',
    '-y',
    '--no-install-recommends',
    name,
  ])
  if (code === 0) return
  const complaint = output.trim().split('\n').slice(-3).join('\n')
  throw new UserFacingError(`apt-get could not install ${name}:\n${complaint}`)
}

/** As {@link installPackage}, for a package that would start a server of its own on the default port: it starts none. */
export async function installServerPackage(name: string): Promise<void> {
  // See invoke-rc.d(8).
  const policy = '/usr/sbin/policy-rc.d'
  const ownPolicy = !existsSync(policy)
  if (ownPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await installPackage(name)
    // Nor must it start at the next boot.
    if (existsSync('/run/systemd/system')) await runDetached('systemctl', ['disable', name])
  } finally {
    if (ownPolicy) rmSync(policy, { force: true })
  }
}

/** Runs a program in a session of its own: Ctrl-C must not leave dpkg half-way. */
export async function runDetached(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
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
