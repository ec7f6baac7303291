import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserFacingError } from '@latchkey/harness'
import { describeCoverage } from './coverage.ts'
import { printReport } from './print-report.ts'
import { type FileReport, readTap } from './read-tap.ts'
import { startTestServers } from './test-servers.ts'

// `npm test [-- files or tap options]`: starts the servers that tests need, runs the tests with tap, and counts them. A run of all
// tests measures coverage, and fails below the floors in .taprc.

const root = join(import.meta.dirname, '../../..')
const tap = fileURLToPath(new URL('run.mjs', import.meta.resolve('tap')))
const total = { passed: 0, failed: 0 }
const failed: FileReport[] = []
const args = process.argv.slice(2)
const isWhole = args.length === 0

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => interrupted.abort())

try {
  const servers = await startTestServers()
  try {
    await runTests(servers.environment)
  } finally {
    await servers.stop()
  }
} catch (error) {
  total.failed++
  console.error(error instanceof UserFacingError ? error.message : error)
}
// Once more: hundreds of files may stand between a failure and the end.
if (isWhole && failed.length > 0) {
  console.log('\nFailed:')
  for (const report of failed) printReport(report)
}
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

// tap would run every file of a directory.
function filesOf(argument: string): string[] {
  const isDirectory = statSync(argument, { throwIfNoEntry: false })?.isDirectory() ?? false
  return isDirectory ? globSync(join(argument, '**/*.test.ts')) : [argument]
}

async function runTests(environment: Record<string, string>): Promise<void> {
  if (interrupted.signal.aborted) throw new UserFacingError('The tests were interrupted.')
  const child = spawn(
    process.execPath,
    [
      ...[tap, 'run', '--reporter=tap', '--no-color'],
      ...(isWhole ? [] : ['--disable-coverage']),
      ...args.flatMap(filesOf),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
      // A process group of its own: an interrupt kills every test file at once.
      detached: true,
    },
  )
  interrupted.signal.addEventListener('abort', () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  })
  let anyFile = false
  const reader = readTap((report) => {
    anyFile = true
    total.passed += report.passed
    total.failed += report.failed
    if (report.failed > 0) failed.push(report)
    printReport(report)
  })
  let isBelowFloor = false
  reader.on('comment', (comment: string) => {
    isBelowFloor ||= /incomplete \w+ coverage/.test(comment)
  })
  child.stdout.pipe(reader)
  const [code] = (await once(child, 'close')) as [number | null]
  if (interrupted.signal.aborted) throw new UserFacingError('\nThe tests were interrupted.')
  if (!anyFile) throw new UserFacingError('No test file was found.')
  if (isWhole) console.log(`\nCoverage of packages/ and services/: ${describeCoverage(root)}`)
  if (isBelowFloor && total.failed === 0) {
    throw new UserFacingError('Coverage is below the floors in .taprc. Uncovered lines: npx tap report text')
  }
  if (code !== 0 && total.failed === 0) throw new UserFacingError(`tap failed (exit code ${code}) though no test did.`)
}
