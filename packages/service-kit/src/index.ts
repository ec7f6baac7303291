import './decorations.ts'

// No web framework in these: they are re-exported for code that is at the edge anyway.
export {
  decodeCursor,
  encodeCursor,
  idOfCursor,
  type Log,
  type Page,
  pageOf,
  repeat,
  UUID,
} from '@latchkey/problems'
export type { AppInstance } from './app-instance.ts'
export { createServer, type ServerOptions } from './create-server.ts'
export { allowNoBody } from './http/allow-no-body.ts'
export { createInputCheck } from './http/input-check.ts'
export { addJsonParser, FOREIGN_CHARSET } from './http/json-body.ts'
export type { LoggerOptions } from './logging/logger.ts'
export { SECURED } from './operations/api-docs.ts'
export { registerHealth } from './operations/health.ts'
export type { Metrics } from './operations/metrics.ts'
export type { HealthCheck, HealthOptions } from './operations/probe.ts'
export { registerMetrics } from './operations/register-metrics.ts'
export { edgeProblems, INTERNAL_ERROR } from './problems/edge-problems.ts'
export { Problem, type ProblemDocument, problemResponses } from './problems/problem-document.ts'
export { type BuiltService, type RunOptions, runService } from './run-service.ts'
export { Nullable } from './schemas/nullable.ts'
export { Body, List, Params, page, Query } from './schemas/shapes.ts'
export { AnyText, CalendarDate, Email, Instant, Text, type TextOptions, Uuid } from './schemas/text.ts'
export * from './settings/index.ts'
export { waitUntilReady } from './wait-until-ready.ts'
