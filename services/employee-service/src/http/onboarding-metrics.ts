import type { Metric } from '@latchkey/problems'
import type { OnboardingCounts } from '../onboarding/onboarding-attempts.ts'
import type { OnboardingSupervisor } from '../onboarding/onboarding-supervisor.ts'

type Sources = {
  readonly supervisor: Pick<OnboardingSupervisor, 'statistics'>
  readonly attempts: OnboardingCounts
}

const secondsSince = (date: Date | null): number =>
  date === null ? 0 : Math.max(0, (Date.now() - date.getTime()) / 1000)

/** The gauges are the same in every replica; the counters are those of one process. */
export function onboardingMetrics({ supervisor, attempts }: Sources): Metric[] {
  return [
    {
      name: 'onboardings_pending',
      help: 'Employees whose account is still to be made, or whose link is still to be sent',
      type: 'gauge',
      read: () => supervisor.statistics.pending,
    },
    {
      name: 'onboardings_invited',
      help: 'Employees whose account waits for them to accept it',
      type: 'gauge',
      read: () => supervisor.statistics.invited,
    },
    {
      name: 'onboardings_failed',
      help: 'Employees whose invitation failed and was not repeated',
      type: 'gauge',
      read: () => supervisor.statistics.failed,
    },
    {
      name: 'onboarding_oldest_pending_seconds',
      help: 'Time since the oldest pending onboarding was requested or repeated; 0 without one',
      type: 'gauge',
      read: () => secondsSince(supervisor.statistics.oldestPending),
    },
    {
      name: 'onboarding_oldest_invited_seconds',
      help: 'Time since the oldest of those who are invited was invited first; 0 without one',
      type: 'gauge',
      read: () => secondsSince(supervisor.statistics.oldestInvited),
    },
    {
      name: 'onboarding_attempts_total',
      help: 'Attempts to make or check an account',
      type: 'counter',
      read: () => attempts.attempts,
    },
    {
      name: 'onboardings_accepted_total',
      help: 'Accounts linked',
      type: 'counter',
      read: () => attempts.accepted,
    },
    {
      name: 'onboardings_failed_total',
      help: 'Onboardings that failed',
      type: 'counter',
      read: () => attempts.failed,
    },
  ]
}
