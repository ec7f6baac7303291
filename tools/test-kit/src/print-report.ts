import { styleText } from 'node:util'
import type { Failure, FileReport } from './read-tap.ts'

/** One line per test file, and below it the failures: titles, differences, places. */
export function printReport({ file, passed, failed, skipped, timeMs, failures }: FileReport): void {
  const seconds = `${(timeMs / 1000).toFixed(1)} s`
  if (failed === 0) {
    const what = skipped === undefined ? `${passed} passed` : `skipped: ${skipped}`
    console.log(`${styleText('green', '✓')} ${file} ${styleText('dim', `(${what}, ${seconds})`)}`)
    return
  }
  console.log(`${styleText('red', '✗')} ${file} (${passed} passed, ${failed} failed, ${seconds})`)
  for (const failure of failures) console.log(indent(describe(failure), '    '))
}

// Of no use to a reader: mostly how the runner started the file.
const NOISE = new Set([
  'at',
  'stdio',
  'cwd',
  'externalID',
  'command',
  'args',
  'jobId',
  'source',
  'tapCaught',
  'compare',
])

function describe({ path, diagnostics }: Failure): string {
  const { diff, stack, ...rest } = diagnostics
  const lines = [styleText('red', `✗ ${path.join(' › ')}`)]
  if (typeof diff === 'string') lines.push(indent(diff.trimEnd(), '  '))
  for (const [name, value] of Object.entries(rest)) {
    if (NOISE.has(name) || value === null) continue
    const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value)
    lines.push(text.includes('\n') ? `  ${name}:\n${indent(text, '    ')}` : `  ${name}: ${text}`)
  }
  if (typeof stack === 'string') lines.push(indent(stack.trimEnd(), '  at '))
  return `${lines.join('\n')}\n`
}

const indent = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by)
