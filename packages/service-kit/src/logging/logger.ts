import { type DestinationStream, destination, type Level, type Logger, pino } from 'pino'
import { describeError } from './describe-error.ts'
import { createRedact } from './redact.ts'
import { pathOf } from './request-line.ts'

export type LoggerOptions = {
  level: Level | 'silent'
  /** Where the lines go; standard output unless given. */
  stream?: DestinationStream
}

/** Unwritten log text in memory beyond which lines are dropped: a stalled reader must not stop the service. */
const BACKLOG_BYTES = 16 * 1024 * 1024

/** JSON lines. Standard output is written in the background, so that a slow reader never blocks the event loop. */
export function createLogger(service: string, { level, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      serializers: {
        err: describeError,
        // Fastify logs whole requests where an answer could not be written.
        req: ({ method, url }: { method: string; url: string }) => ({ method, path: pathOf(url) }),
      },
      formatters: { log: createRedact() },
    },
    stream ?? destination({ dest: 1, sync: false, maxLength: BACKLOG_BYTES }),
  )
}
