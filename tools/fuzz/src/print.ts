import type { Report } from './run.ts'

const MOST_LINES = 10

/** A report for people. */
export function describeReport({
  statistics,
  findings,
  goals,
  operations,
  logs,
  rejections,
  trouble,
  isReady,
  curl,
}: Report): string {
  const { requests, authenticated, mutatedTokens, unavailable, slow, byClass, byCredential } = statistics
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .sort()
      .map(([name, number]) => `${name} ${number}`)
      .join(', ')
  return [
    `${requests} requests to ${operations} operations: ${list(byClass)}; ${unavailable} told 503s, ${slow} slower than 5 s`,
    `credentials: ${list(byCredential)}; authenticated ${((100 * authenticated) / requests).toFixed(1)} %, mutated tokens ${mutatedTokens}`,
    `goals met: ${goals.total - goals.unmet.length} of ${goals.total}, in ${goals.requests} requests`,
    ...goals.unmet.slice(0, 4 * MOST_LINES).map((goal) => `  unmet: ${goal}`),
    `log lines of level error: ${logs.errors.length}, with a secret: ${logs.leaks.length}; unhandled rejections: ${rejections.length}; ready at the end: ${isReady}`,
    ...[...logs.errors, ...logs.leaks, ...rejections.map(String)]
      .slice(0, MOST_LINES)
      .map((line) => `  ${line.slice(0, 600)}`),
    `not arranged: ${trouble.length}`,
    ...trouble.slice(0, MOST_LINES).map((line) => `  ${line.slice(0, 300)}`),
    `findings: ${findings.length}`,
    ...findings.flatMap((told) => [
      `\n${told.kind} at ${told.where} (${told.count} times${told.notes.length > 0 ? `; ${told.notes.join(', ')}` : ''}): ${told.detail}`,
      `  ${curl(told).slice(0, 2000)}`,
    ]),
  ].join('\n')
}

/** Whether nothing was found, and all was done. */
export const isClean = ({ findings, goals, logs, rejections, isReady }: Report): boolean =>
  findings.length === 0 &&
  goals.unmet.length === 0 &&
  logs.errors.length === 0 &&
  logs.leaks.length === 0 &&
  rejections.length === 0 &&
  isReady
