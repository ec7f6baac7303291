import type { Metric } from '@latchkey/problems'
import type { AttemptCounts } from '../offboarding/offboarding-attempts.ts'
import type { RefusedAccounts } from '../offboarding/refused-accounts.ts'

type Sources = {
  readonly accounts: RefusedAccounts
  readonly attempts: AttemptCounts
  readonly refusals: () => number
}

/** Of the gauges every replica shows the same; the counters are of one process. */
export function offboardingMetrics({ accounts, attempts, refusals }: Sources): Metric[] {
  return [
    {
      name: 'offboardings_pending',
      help: 'Accounts of employees who left that are still to be disabled',
      type: 'gauge',
      read: () => accounts.pending,
    },
    {
      name: 'offboardings_failed',
      help: 'Accounts of employees who left that can not be disabled as things are: somebody has to look',
      type: 'gauge',
      read: () => accounts.failed,
    },
    {
      name: 'offboarding_oldest_pending_seconds',
      help: 'Time since the oldest pending offboarding was requested; 0 without one',
      type: 'gauge',
      read: () => {
        const since = accounts.oldestPending
        return since === undefined ? 0 : Math.max(0, (Date.now() - since.getTime()) / 1000)
      },
    },
    {
      name: 'offboarding_attempts_total',
      help: 'Attempts to disable an account',
      type: 'counter',
      read: () => attempts.attempts,
    },
    {
      name: 'offboardings_done_total',
      help: 'Accounts disabled',
      type: 'counter',
      read: () => attempts.done,
    },
    {
      name: 'offboardings_failed_total',
      help: 'Offboardings that auth-service refused',
      type: 'counter',
      read: () => attempts.failed,
    },
    {
      name: 'offboarding_refused_accounts',
      help: 'Accounts whose tokens are refused by this service itself',
      type: 'gauge',
      read: () => accounts.size,
    },
    {
      name: 'offboarding_refusals_total',
      help: 'Requests refused because the employee of their account has left',
      type: 'counter',
      read: refusals,
    },
  ]
}
