import { UserFacingError } from '@latchkey/harness'
import { printReport } from './print-report.ts'
import type { FileReport } from './read-tap.ts'
import { root, runTap, untilInterrupted } from './run-tap.ts'
import { startTestServers } from './test-servers.ts'
import { filesOf, isSuite, ONE_NODE_ONLY, SUITES, type Suite, topologyOf } from './topology-suites.ts'
import { type SuiteRun, topologyTable } from './topology-table.ts'

// `npm run test:topologies [-- suites, files or tap options]`: runs the tests of sessions, feed and recovery once for each topology, on servers in that
// shape, and counts them.

const args = process.argv.slice(2)
const given = args.filter(isSuite)
const options = args.filter((arg) => arg.startsWith('-'))
const chosenFiles = args.filter((arg) => !isSuite(arg) && !arg.startsWith('-'))
const suites = given.length > 0 ? given : SUITES
const interrupted = untilInterrupted()
const runs: SuiteRun[] = []
const failures: FileReport[] = []

for (const suite of suites) {
  console.log(`\n${suite}`)
  runs.push(await run(suite))
}
if (failures.length > 0) {
  console.log('\nFailed:')
  for (const report of failures) printReport(report)
}
console.log('\nNot run where Redis is many nodes')
for (const [reason, files] of Map.groupBy(Object.entries(ONE_NODE_ONLY), ([, reason]) => reason)) {
  console.log(`because ${reason}:`)
  for (const [file] of files) console.log(`  ${file}`)
}
console.log(`\n${topologyTable(runs)}`)
const passed = runs.reduce((sum, each) => sum + each.passed, 0)
const failed = runs.reduce((sum, each) => sum + each.failed, 0)
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

async function run(suite: Suite): Promise<SuiteRun> {
  const startedAt = performance.now()
  const count = { files: 0, passed: 0, failed: 0 }
  try {
    const servers = await startTestServers(topologyOf(suite))
    try {
      const { exitCode } = await runTap({
        args: ['--disable-coverage', ...options, ...(chosenFiles.length > 0 ? chosenFiles : filesOf(suite, root))],
        environment: servers.environment,
        interrupted,
        onFile(report) {
          count.files++
          count.passed += report.passed
          count.failed += report.failed
          printReport(report)
          if (report.failed > 0) failures.push({ ...report, file: `${suite}: ${report.file}` })
        },
      })
      if (exitCode !== 0 && count.failed === 0)
        throw new UserFacingError(`tap failed (exit code ${exitCode}) though no test did.`)
    } finally {
      await servers.stop()
    }
  } catch (error) {
    count.failed++
    console.error(error instanceof UserFacingError ? error.message : error)
  }
  return { suite, ...count, timeMs: performance.now() - startedAt }
}
