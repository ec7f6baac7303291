import type { LabeledMetric, Metric } from '@latchkey/problems'
import type { MailKind } from './mail.ts'
import type { PendingMails } from './mail-status-repository.ts'
import { MAIL_RESULTS, type MailResult } from './mail-worker.ts'

type Sources = {
  readonly pending: () => PendingMails
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type MailMetrics = {
  readonly metrics: readonly (Metric | LabeledMetric)[]
  /** Counts an attempt. */
  readonly onResult: (kind: MailKind, result: MailResult) => void
}

/** The gauges are the same in every replica; the counter is that of one process. */
export function createMailMetrics({ pending, now }: Sources): MailMetrics {
  const attempts = new Map<MailKind, Map<MailResult, number>>()
  return {
    onResult(kind, result) {
      const results = attempts.get(kind) ?? new Map(MAIL_RESULTS.map((each) => [each, 0]))
      attempts.set(kind, results.set(result, (results.get(result) ?? 0) + 1))
    },
    metrics: [
      {
        name: 'mails_pending',
        help: 'Mails that are still to be sent',
        type: 'gauge',
        read: () => pending().count,
      },
      {
        name: 'mail_oldest_pending_seconds',
        help: 'Time since the oldest pending mail was asked for; 0 without one',
        type: 'gauge',
        read: () => {
          const { oldest } = pending()
          return oldest === undefined ? 0 : Math.max(0, (now() - oldest.getTime()) / 1000)
        },
      },
      {
        name: 'mail_attempts_total',
        help: 'Attempts to send a mail',
        type: 'counter',
        labelNames: ['kind', 'result'],
        read: () =>
          [...attempts].flatMap(([kind, results]) =>
            [...results].map(([result, value]) => ({ labels: { kind, result }, value })),
          ),
      },
    ],
  }
}
