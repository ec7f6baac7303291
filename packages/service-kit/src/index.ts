import './decorations.ts'

export type { AppInstance } from './app-instance.ts'
export { createServer, type ServerOptions } from './create-server.ts'
export { createInputCheck } from './http/input-check.ts'
export { addJsonParser, FOREIGN_CHARSET } from './http/json-body.ts'
export { takeOnly } from './http/not-found.ts'
export type { LoggerOptions } from './logging/logger.ts'
export { createLogger } from './logging/logger.ts'
export { SECURED } from './operations/api-docs.ts'
export { registerHealth } from './operations/health.ts'
export type { Metrics } from './operations/metrics.ts'
export type { HealthCheck, HealthOptions } from './operations/probe.ts'
export { type Metric, registerMetrics } from './operations/register-metrics.ts'
export { edgeProblems, INTERNAL_ERROR } from './problems/edge-problems.ts'
export {
  defineProblems,
  type InputFault,
  type ProblemClass,
  type ProblemError,
  type ProblemOptions,
  problem,
} from './problems/problem.ts'
export { Problem, type ProblemDocument, problemResponses } from './problems/problem-document.ts'
export { unavailable, withDeadline } from './problems/unavailable.ts'
export { type BuiltService, type RunOptions, runService } from './run-service.ts'
export { Body, List, Params, page, Query } from './schemas/shapes.ts'
export { AnyText, CalendarDate, Email, Instant, Text, type TextOptions, Uuid } from './schemas/text.ts'
export { describeSettings } from './settings/describe-settings.ts'
export { type Environment, type Loaded, loadSettings, type Settings } from './settings/load-settings.ts'
export { BadSetting, parseDurationMs } from './settings/parsers.ts'
export { type Setting, type SettingOptions, setting } from './settings/setting.ts'
export { type SettingFault, SettingsError } from './settings/settings-error.ts'
export type { Watched } from './settings/watched.ts'
