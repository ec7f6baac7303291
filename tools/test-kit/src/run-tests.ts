import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UserFacingError } from '@latchkey/harness'
import { describeCoverage } from './coverage.ts'
import { printReport } from './print-report.ts'
import type { FileReport } from './read-tap.ts'
import { root, runTap, untilInterrupted } from './run-tap.ts'
import { startTestServers } from './test-servers.ts'

// `npm test [-- files or tap options]`: starts the servers that tests need, runs the tests with tap, and counts them. A run of all
// tests measures coverage, and fails below the floors in .taprc.

const total = { passed: 0, failed: 0 }
const failed: FileReport[] = []
const args = process.argv.slice(2)
const isWhole = args.length === 0
const interrupted = untilInterrupted()

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
  const { exitCode, isBelowFloor } = await runTap({
    args: [...(isWhole ? [] : ['--disable-coverage']), ...args.flatMap(filesOf)],
    environment,
    interrupted,
    onFile(report) {
      total.passed += report.passed
      total.failed += report.failed
      if (report.failed > 0) failed.push(report)
      printReport(report)
    },
  })
  if (isWhole) console.log(`\nCoverage of packages/ and services/: ${describeCoverage(root)}`)
  if (total.failed > 0) return
  if (isBelowFloor) {
    throw new UserFacingError('Coverage is below the floors in .taprc. Uncovered lines: npx tap report text')
  }
  if (exitCode !== 0) throw new UserFacingError(`tap failed (exit code ${exitCode}) though no test did.`)
}
