import { styleText } from 'node:util'
import { prettyFactory } from 'pino-pretty'

const LEVELS: Record<string, number> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: 100 }
const COLOURS = { auth: 'cyan', employee: 'magenta', stack: 'green' } as const

export type Label = keyof typeof COLOURS
export type LogRecord = Record<string, unknown>

export type LogPrinter = {
  /** Prints one line of a service: JSON log lines readably, everything else as it is. Returns the record of a JSON line. */
  printLine(label: string, line: string): LogRecord | undefined
  /** Prints a line of the stack's own. */
  say(text: string): void
}

/** Prints to stdout, in colour if that is a terminal; lines below `LOG_LEVEL` are read but not printed. */
export function createLogPrinter(logLevel: string | undefined): LogPrinter {
  const threshold = LEVELS[logLevel ?? 'info'] ?? 0
  const pretty = prettyFactory({
    colorize: process.stdout.hasColors?.() ?? false,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service',
    singleLine: true,
  })
  const print = (label: string, text: string): void => {
    const colour = COLOURS[label as Label]
    const prefix = `${label.padEnd(8)} |`
    for (const line of text.trimEnd().split('\n')) {
      console.log(`${colour === undefined ? prefix : styleText(colour, prefix)} ${line}`)
    }
  }
  return {
    say: (text) => print('stack', text),
    printLine(label, line) {
      const record = parseRecord(line)
      if (record === undefined) print(label, line)
      else if (typeof record.level !== 'number' || record.level >= threshold) print(label, pretty(record))
      return record
    },
  }
}

/**
 * The LOG_LEVEL of a service: the stack waits for events in its `info` lines, so it never logs less. Lines below the wanted
 * level are not printed.
 */
export const serviceLogLevel = (logLevel: string | undefined): string | undefined =>
  (LEVELS[logLevel ?? ''] ?? 0) > 30 ? 'info' : logLevel

function parseRecord(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as LogRecord
  } catch {
    return undefined
  }
}
