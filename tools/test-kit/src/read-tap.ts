// A reader of our own on tap's parser, not one of tap 21's reporters (tried: base, terse, min). Those are terminal programs:
// in a log they repeat their screen with escape codes. None has one line per file that passed, a file that throws while it
// loads is reported as skipped or without its error, and they count assertions and files. `npm test` counts tests and must
// end with `N passed, N failed`.
import { Parser, type Result } from 'tap-parser'

export type Failure = {
  /** Titles from the outermost test to the assertion. */
  path: string[]
  /** tap's details: `diff`, `stack`, `at`, `exitCode` and so on. */
  diagnostics: Record<string, unknown>
}

export type FileReport = {
  file: string
  passed: number
  failed: number
  skipped?: string
  timeMs: number
  failures: Failure[]
}

/**
 * Reads the output of the test runner (TAP 14) and reports each file when it ends.
 *
 * Counts tests, not assertions or files: a test is a titled block without further titled blocks in it, or a file that has
 * none. A file that crashed, or that has no test, counts as a failed test.
 */
export function readTap(onFile: (report: FileReport) => void): Parser {
  const runner = new Parser()
  runner.on('child', (file: Parser) => readFile(file, onFile))
  return runner
}

type Counts = Pick<FileReport, 'passed' | 'failed' | 'failures'>

function readFile(parser: Parser, onFile: (report: FileReport) => void): void {
  const counts: Counts = { passed: 0, failed: 0, failures: [] }
  const inside = readBlock(parser, counts, [])
  parser.parent?.once('assert', (end: Result) => {
    const isEmpty = end.skip === 'no tests found'
    if (isEmpty) counts.failures.push({ path: ['there is no test in this file'], diagnostics: {} })
    else if (!end.ok && counts.failures.length === 0) {
      counts.failures.push({ path: ['the file itself failed'], diagnostics: end.diag ?? {} })
    }
    const skipped = typeof end.skip === 'string' && !isEmpty ? { skipped: end.skip } : {}
    if (counts.failures.length > 0) counts.failed = Math.max(1, counts.failed)
    else if (inside.blocks === 0 && end.skip === false) counts.passed = 1
    onFile({ file: parser.name, timeMs: end.time ?? 0, ...counts, ...skipped })
  })
}

/** Reads one block and those in it; the returned count grows while it is read. */
function readBlock(parser: Parser, counts: Counts, path: string[]): { blocks: number } {
  const seen = { blocks: 0 }
  let open: { title: string; inside: { blocks: number }; failedBefore: number } | undefined
  parser.on('child', (child: Parser) => {
    seen.blocks++
    const inside = readBlock(child, counts, [...path, child.name])
    open = { title: child.name, inside, failedBefore: counts.failed }
  })
  parser.on('assert', (point: Result) => {
    const ended = open
    open = undefined
    if (point.skip || point.todo) return
    if (ended === undefined) {
      if (!point.ok && !isReported(counts, path, point.name)) {
        counts.failures.push({ path: [...path, point.name], diagnostics: point.diag ?? {} })
      }
      return
    }
    if (point.ok) counts.passed += ended.inside.blocks === 0 ? 1 : 0
    else if (counts.failed === ended.failedBefore) {
      counts.failed++
      if (!isReported(counts, path, ended.title))
        counts.failures.push({ path: [...path, ended.title], diagnostics: point.diag ?? {} })
    }
  })
  return seen
}

// A block that failed because of a failure inside needs no report of its own.
const isReported = ({ failures }: Counts, path: string[], title: string): boolean =>
  failures.some((failure) => failure.path.length > path.length + 1 && failure.path[path.length] === title)
