// Part of `npm run verify`: packs what is published, and has publint and attw check the tarballs.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { packPublished } from './pack.ts'

const linters: Record<string, (tarball: string) => string[]> = {
  publint: (tarball) => ['run', tarball, '--strict'],
  // These packages are modules alone: CommonJS loads them by require() in every Node that they are for.
  attw: (tarball) => [tarball, '--profile', 'esm-only'],
}

/** @returns what the linter says when it is not content */
function complaintOf(linter: string, args: string[]): Promise<string | undefined> {
  const program = join(import.meta.dirname, '../node_modules/.bin', linter)
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  execFile(program, args, (error, stdout, stderr) => resolve(error ? stdout + stderr || error.message : undefined))
  return promise
}

async function lint(tarball: string): Promise<void> {
  const name = basename(tarball)
  for (const [linter, argsFor] of Object.entries(linters)) {
    const complaint = await complaintOf(linter, argsFor(tarball))
    if (complaint === undefined) continue
    console.error(`${linter} ${name}\n${complaint}`)
    process.exitCode = 1
  }
  console.log(`${name}: ${statSync(tarball).size} bytes`)
}

const directory = mkdtempSync(join(tmpdir(), 'latchkey-tarballs-'))
try {
  await Promise.all((await packPublished(directory)).map(lint))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
