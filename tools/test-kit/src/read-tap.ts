import { Parser, type Result } from 'tap-parser'

export type Failure = {
  /** Titles from the outermost test to the assertion. */
  path: string[]
  /** What tap noted beside it: `diff`, `stack`, `at`, `exitCode` and so on. */
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
 * Reads what the test runner writes (TAP 14) and reports on every file as it ends.
 *
 * Tests are counted, not assertions and not files: a test is a titled block without further titled blocks in it, or a
 * file that has none. A file that crashed, or that holds no test at all, counts as a failed one.
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

/** Follows one block and those in it; the returned numbers grow while it is read. */
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
      if (!point.ok && !isTold(counts, path, point.name)) {
        counts.failures.push({ path: [...path, point.name], diagnostics: point.diag ?? {} })
      }
      return
    }
    if (point.ok) counts.passed += ended.inside.blocks === 0 ? 1 : 0
    else if (counts.failed === ended.failedBefore) {
      counts.failed++
      if (!isTold(counts, path, ended.title))
        counts.failures.push({ path: [...path, ended.title], diagnostics: point.diag ?? {} })
    }
  })
  return seen
}

// A block that failed because of what is in it needs no words of its own.
const isTold = ({ failures }: Counts, path: string[], title: string): boolean =>
  failures.some((failure) => failure.path.length > path.length + 1 && failure.path[path.length] === title)
