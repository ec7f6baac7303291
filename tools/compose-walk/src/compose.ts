import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../../..')
const runFile = promisify(execFile)

/** Runs `docker compose` with these arguments, returns what it prints; rejects when it fails. */
export type Compose = (...args: string[]) => Promise<string>

/** How to reach Docker, and no setting of the stack: those of whoever runs this must not get into it. */
const FOR_DOCKER = /^(PATH|HOME|TMPDIR|SSH_AUTH_SOCK|XDG_RUNTIME_DIR|DOCKER_.*|.*_proxy)$/i
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => FOR_DOCKER.test(name)))

/** Runs a program in the repository's root, with an environment that holds no setting of the stack. */
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
    // A build says a lot before it comes to the point.
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
