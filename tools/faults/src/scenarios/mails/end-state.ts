import { poll, sleep, untilDecided } from '@latchkey/harness'
import type { ArrivedMail, MailServer } from '../../cluster/mail-server.ts'
import type { Replicas } from './replicas.ts'
import type { Trial } from './trial.ts'

/**
 * `lost`: the mail never left. `not undone`: it left although the change that it is about was rolled back. `dead link`: the link of a mail
 * that left does not work. `used twice`: after one of several links was used another one still works.
 */
export type Fault = 'lost' | 'not undone' | 'dead link' | 'used twice'

export type Outcome = Trial & { readonly copies: number; readonly faults: readonly Fault[] }

/** A worker that was killed is noticed after ten seconds, and pauses of a repeated attempt begin with one. */
const ARRIVES_WITHIN_MS = 60_000
/** The number of pending mails is as old as this. */
const GAUGE_AGE_MS = 6000
const NEW_PASSWORD = 'another-violet-harbour-9'

const mustArrive = ({ window, wasKilled, isAcknowledged }: Trial): boolean =>
  isAcknowledged || (wasKilled && !window.isUndone)

/** Others come from registration. */
const resetMails = ({ mails }: MailServer): ArrivedMail[] => mails.filter(({ page }) => page === 'reset')

/** Waits until every mail that must arrive has arrived. */
export async function untilAllArrived({ mailServer }: Replicas, trials: readonly Trial[]): Promise<void> {
  const expected = trials.filter(mustArrive).map(({ mailbox }) => mailbox)
  const haveArrived = async (): Promise<boolean> => {
    const arrived = new Set(resetMails(mailServer).map(({ to }) => to))
    return expected.every((mailbox) => arrived.has(mailbox))
  }
  await poll(haveArrived, { timeoutMs: ARRIVES_WITHIN_MS, intervalMs: 100 })
}

/** Waits for the repetitions of what was killed after its mail had arrived. */
export async function untilNothingIsPending({ countPending }: Replicas): Promise<void> {
  await sleep(GAUGE_AGE_MS)
  await poll(async () => (await countPending()) === 0, { timeoutMs: ARRIVES_WITHIN_MS, intervalMs: 500 })
}

/** Uses the links that arrived, the last one first. */
export async function outcomeOf(replicas: Replicas, trial: Trial): Promise<Outcome> {
  const tokens = resetMails(replicas.mailServer)
    .filter(({ to }) => to === trial.mailbox)
    .map(({ token }) => token)
  const faults: Fault[] = []
  if (mustArrive(trial) && tokens.length === 0) faults.push('lost')
  if (!mustArrive(trial) && tokens.length > 0) faults.push('not undone')
  const [last, ...others] = tokens.toReversed()
  if (last !== undefined && (await statusOf(last)) !== 204) faults.push('dead link')
  for (const token of others) if ((await statusOf(token)) !== 400) faults.push('used twice')
  return { ...trial, copies: tokens.length, faults }

  async function statusOf(token: string | undefined): Promise<number> {
    const { status } = await untilDecided(
      () => replicas.post('/auth/password/reset', { token, password: NEW_PASSWORD }),
      ({ status, headers }) => ({ status, retryAfter: headers['retry-after'] }),
    )
    return status
  }
}
