import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainNode, sleep } from '@latchkey/harness'
import type { Test } from 'tap'
import { plainEnvironment } from './running-stack.ts'

const root = join(import.meta.dirname, '../../..')

/** A command line of a page, as it is typed in the repository. */
export function shell(line: string, environment: Record<string, string>) {
  const { env } = plainNode([], { ...plainEnvironment(), ...environment })
  // tap sets its own into whatever environment a child process is given.
  const args = ['-c', `export NODE_OPTIONS='${env.NODE_OPTIONS}'\n${line}`]
  return { command: 'bash', args, options: { cwd: root, env } }
}

/** Starts a command line, in a group of processes of its own, which ends with the test. */
export function runCommandLine(t: Test, line: string, environment: Record<string, string>): ChildProcess {
  const { command, args, options } = shell(line, environment)
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended
  })
  return child
}

export async function untilItListens(url: string, child: ChildProcess): Promise<void> {
  while (!(await fetch(url).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`the example ended with ${child.exitCode}`)
    await sleep(100)
  }
}

/** The command lines of an example's README that run it, past npm and scripts/run.mjs, which take long to start. */
export function commandsOf(example: string): string[] {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const lines = read(`examples/${example}/README.md`).match(/^.*npm run .*example:.*$/gm) ?? []
  return lines.map((line) =>
    line.replace(/npm run (?:--silent )?(example:\S+)(?: --)?/, (_, name: string) =>
      (scripts[name] ?? `no script ${name}`).replace('node scripts/run.mjs', process.execPath),
    ),
  )
}
