import t from 'tap'
import { type FileReport, readTap } from '../src/read-tap.ts'

/** The reports of a run that wrote this. */
async function reportsOf(tap: string): Promise<FileReport[]> {
  const reports: FileReport[] = []
  const parser = readTap((report) => reports.push(report))
  const ended = new Promise((resolve) => parser.on('complete', resolve))
  parser.end(`TAP version 14\n${tap}`)
  await ended
  return reports
}

t.test('innermost titled blocks are counted, and a failure has its path and details', async (t) => {
  const [report, ...others] = await reportsOf(`# Subtest: one.test.ts
    # Subtest: fine
        ok 1 - an assertion
        ok 2 - another one
        1..2
    ok 1 - fine # time=2ms
    # Subtest: outer
        # Subtest: inner
            not ok 1 - should be equal
              ---
              diff: "-1 +2"
              ...
            1..1
            # failed 1 test
        not ok 1 - inner # time=1ms
        1..1
        # failed 1 test
    not ok 2 - outer # time=3ms
    1..2
    # failed 1 of 2 tests
not ok 1 - one.test.ts # time=20ms
1..1
`)
  t.same(others, [])
  t.match(report, { file: 'one.test.ts', passed: 1, failed: 1, timeMs: 20 })
  t.match(report?.failures, [{ path: ['outer', 'inner', 'should be equal'], diagnostics: { diff: '-1 +2' } }])
  t.equal(report?.failures.length, 1)
})

t.test('a file without titled blocks is one test', async (t) => {
  const reports = await reportsOf(`# Subtest: flat.test.ts
    ok 1 - an assertion
    ok 2 - another one
    1..2
ok 1 - flat.test.ts # time=5ms
1..1
`)
  t.match(reports, [{ file: 'flat.test.ts', passed: 1, failed: 0 }])
})

t.test('a file that crashed, and one without a test, are failed tests', async (t) => {
  const [crashed, empty] = await reportsOf(`# Subtest: crashed.test.ts
    # Subtest: fine
        ok 1 - an assertion
        1..1
    ok 1 - fine # time=2ms
    1..1
not ok 1 - crashed.test.ts # time=9ms
  ---
  exitCode: 1
  ...
# Subtest: empty.test.ts
    1..0
ok 2 - empty.test.ts # SKIP no tests found
1..2
`)
  t.match(crashed, { passed: 1, failed: 1, failures: [{ diagnostics: { exitCode: 1 } }] })
  t.match(empty, { passed: 0, failed: 1, failures: [{ path: ['there is no test in this file'] }] })
})

t.test('a skipped file counts as nothing', async (t) => {
  const reports = await reportsOf(`# Subtest: skipped.test.ts
    1..0 # SKIP not on this machine
ok 1 - skipped.test.ts # SKIP not on this machine
1..1
`)
  t.match(reports, [{ passed: 0, failed: 0, skipped: 'not on this machine' }])
})
