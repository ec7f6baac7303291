import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@latchkey/harness'
import type { Test } from 'tap'

export type Pasted = {
  readonly output: string
  /** With which curl was called: what `ps` shows. */
  readonly commandLines: string[]
}

/** Why nothing can be pasted on this machine; undefined where it can. */
export const cannotPaste = ['bash', 'curl'].some((program) => spawnSync(program, ['--version']).status !== 0)
  ? 'no bash or no curl here'
  : undefined

/** Runs a script as if it were pasted into a terminal, where `input` is typed. */
export function runPasted(t: Test, script: string, input: string): Pasted {
  const directory = temporaryDirectory(t, 'stack')
  const log = join(directory, 'command-lines')
  const programs = join(directory, 'bin')
  mkdirSync(programs)
  const curl = spawnSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim()
  writeFileSync(
    join(programs, 'curl'),
    `#!/bin/sh\nprintf '%s ' "$@" | tr '\\n' ' ' >> ${log}\necho >> ${log}\nexec ${curl} "$@"\n`,
  )
  chmodSync(join(programs, 'curl'), 0o755)
  const { stdout, stderr, error } = spawnSync('bash', ['--noprofile', '--norc', '-c', script], {
    cwd: directory,
    env: { PATH: `${programs}:${process.env.PATH}` },
    input: `${input}\n`,
    encoding: 'utf8',
  })
  if (error) throw error
  if (stderr !== '') t.fail(stderr)
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  return { output: stdout, commandLines: lines }
}
