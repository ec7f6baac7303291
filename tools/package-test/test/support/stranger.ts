import { execFile, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { plainly } from './plainly.ts'

export type Outcome = { readonly code: number; readonly output: string }

/** The part of a tap test that cleaning up needs. */
type Scope = { teardown(handler: () => unknown): unknown }

/** Somebody's directory outside of this repository, who knows npm and Node, and nothing of how things are run here. */
export type Stranger = {
  readonly directory: string
  write(file: string, text: string): void
  /** @throws {Error} with what npm said */
  npm(...args: string[]): Promise<string>
  /** Runs a program to its end. */
  run(command: string, args: string[], environment?: Record<string, string>): Promise<Outcome>
  /** Starts a program that ends with the test `t`, at the latest. */
  start(t: Scope, command: string, args: string[], environment: Record<string, string>): void
}

/** What is in npm's cache need not be asked for; a line that stalls is given up sooner than after npm's five minutes, and tried again. */
const NETWORK = ['--prefer-offline', '--fetch-timeout=60000']

/** @param directory made if it is not there */
export function stranger(directory: string): Stranger {
  mkdirSync(directory, { recursive: true })

  const run: Stranger['run'] = (command, args, environment) => {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    execFile(...plainly(command, args, environment), { cwd: directory }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output: stdout + stderr })
    })
    return promise
  }

  return {
    directory,
    run,
    write(file, text) {
      mkdirSync(dirname(join(directory, file)), { recursive: true })
      writeFileSync(join(directory, file), text)
    },
    async npm(...args) {
      const { code, output } = await run('npm', [...args, ...NETWORK])
      if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${output}`)
      return output
    },
    start(t, command, args, environment) {
      const child = spawn(...plainly(command, args, environment), {
        cwd: directory,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      t.teardown(() => {
        child.kill('SIGKILL')
        return exited
      })
    },
  }
}
