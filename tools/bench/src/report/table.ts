import type { Result } from './result.ts'
import type { Spread } from './statistics.ts'

/** The results as a Markdown table: medians, with the lowest and the highest round in brackets. */
export function tableOf(results: readonly Result[]): string {
  const head = ['', '', 'ours', 'composite', 'bare Fastify', 'ours : composite', 'ours : bare']
  const rows = results.flatMap(({ title, cpuMicros, requestsPerSecond, busy, cpu, speed }) => [
    [
      title,
      'CPU µs per request',
      ...[cpuMicros.ours, cpuMicros.composite, cpuMicros.bare].map(micros),
      ...[cpu.composite, cpu.bare].map(ratio),
    ],
    [
      '',
      'requests per second',
      ...[requestsPerSecond.ours, requestsPerSecond.composite, requestsPerSecond.bare].map(whole),
      ...[speed.composite, speed.bare].map(ratio),
    ],
    ['', 'core busy', ...[busy.ours, busy.composite, busy.bare].map(percent), '', ''],
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const shown =
  (format: (value: number) => string) =>
  ({ median, min, max }: Spread): string =>
    `${format(median)} (${format(min)}–${format(max)})`

const micros = shown((value) => value.toFixed(1))
const whole = shown((value) => Math.round(value).toLocaleString('en'))
const ratio = shown((value) => value.toFixed(2))
const percent = shown((value) => `${Math.round(value * 100)} %`)
