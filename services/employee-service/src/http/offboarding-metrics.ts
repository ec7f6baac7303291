import type { Metric } from '@latchkey/problems'
import type { AccountDenylist } from '../offboarding/account-denylist.ts'
import type { AttemptCounts } from '../offboarding/offboarding-attempts.ts'

type Sources = {
  readonly denylist: AccountDenylist
  readonly attempts: AttemptCounts
  readonly refusals: () => number
}

/** The gauges are the same in every replica; the counters are those of one process. */
export function offboardingMetrics({ denylist, attempts, refusals }: Sources): Metric[] {
  return [
    {
      name: 'offboardings_pending',
      help: 'Accounts of employees who left that are still to be disabled',
      type: 'gauge',
      read: () => denylist.pending,
    },
    {
      name: 'offboardings_failed',
      help: 'Accounts of employees who left that auth-service refuses to disable, and which go on until an administrator acts',
      type: 'gauge',
      read: () => denylist.failed,
    },
    {
      name: 'offboarding_oldest_pending_seconds',
      help: 'Time since the oldest pending offboarding was requested; 0 without one',
      type: 'gauge',
      read: () => {
        const since = denylist.oldestPending
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
      read: () => denylist.size,
    },
    {
      name: 'offboarding_refusals_total',
      help: 'Requests refused because the employee of their account has left',
      type: 'counter',
      read: refusals,
    },
  ]
}
