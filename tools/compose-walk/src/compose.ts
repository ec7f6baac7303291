import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../../..')
const runFile = promisify(execFile)

/** Runs `docker compose` with these arguments, returns what it prints; rejects when it fails. */
export type Compose = (...args: string[]) => Promise<string>

/** What Docker needs, and no setting of the stack: the caller's own must not get into the containers. */
const FOR_DOCKER = /^(PATH|HOME|TMPDIR|SSH_AUTH_SOCK|XDG_RUNTIME_DIR|DOCKER_.*|.*_proxy)$/i
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => FOR_DOCKER.test(name)))

/** Runs a program in the repository's root, without any setting of the stack in its environment. */
export async function run(program: string, args: string[], signal?: AbortSignal): Promise<string> {
  try {
    const { stdout } = await runFile(program, args, {
      cwd: root,
      env: environment,
      maxBuffer: 64 * 1024 * 1024,
      ...(signal && { signal }),
    })
    return stdout.trim()
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    // A build prints a lot before its error.
    const lastLines = (`${stdout}${stderr}` || String(error)).trim().split('\n').slice(-40)
    throw new Error([`${program} ${args.join(' ')} failed`, ...lastLines].join('\n'))
  }
}

export function createCompose(options: { project: string; environmentFile: string; signal?: AbortSignal }): Compose {
  const { project, environmentFile, signal } = options
  const global = [
    'compose',
    '--ansi=never',
    '--progress=plain',
    `--project-name=${project}`,
    `--env-file=${environmentFile}`,
  ]
  return (...args) => run('docker', [...global, ...args], signal)
}
