import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { InvitedAccount } from './account-answers.ts'
import type { AccountInviter } from './account-inviter.ts'
import { countInvited, forgetAccount, markLinkSent, recordChecked } from './attempt-repository.ts'
import { checkPauseSeconds } from './check-pause.ts'
import type { LinkAccount } from './link-account.ts'
import type { Failure, OpenOnboarding } from './onboarding.ts'
import { type Step, stepAfter } from './step.ts'

/** Asks auth-service about the account of an onboarding, and acts on the answer. */
export type CheckAccount = (onboarding: OpenOnboarding, userId: string) => Promise<Step>

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly inviter: Pick<AccountInviter, 'find' | 'renew'>
  readonly linkAccount: LinkAccount
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** An acceptance in the last moments of a link still counts. */
const AFTER_EXPIRY_MS = 60_000
/** What the next look at the account explains. */
const OVERTAKEN: ReadonlySet<string> = new Set(['already_active', 'account_disabled', 'user_not_found'])

const fail = (error: Failure): Step => ({ next: 'fail', error })

export function createCheckAccount({ db, inviter, linkAccount, now }: Dependencies): CheckAccount {
  async function sendLink({ id, requestId }: OpenOnboarding, userId: string): Promise<Step> {
    const result = await inviter.renew(userId, { id: requestId })
    if (result.outcome === 'done') await markLinkSent(db, id)
    else if (result.outcome === 'retry' || !OVERTAKEN.has(result.code)) return stepAfter(result)
    return { next: 'step' }
  }

  async function waitForOwner(onboarding: OpenOnboarding, account: InvitedAccount): Promise<Step> {
    const { lastMailError, invitation } = account
    if (invitation === null || invitation.state === 'withdrawn') return fail('invitation_withdrawn')
    if (invitation.expiresAt.getTime() + AFTER_EXPIRY_MS < now()) return fail('invitation_expired')
    const lastError = lastMailError ?? (invitation.mailed ? null : 'no_mail')
    const afterSeconds = checkPauseSeconds(onboarding.ageMs, await countInvited(db))
    await recordChecked(db, onboarding, invitation.expiresAt, { lastError, seconds: afterSeconds })
    return { next: 'check', afterSeconds }
  }

  return async (onboarding, userId) => {
    const result = await inviter.find(userId, { id: onboarding.requestId })
    if (result.outcome !== 'done') return stepAfter(result)
    const account = result.value
    if (account?.status === 'active') return { next: 'linked', result: await linkAccount(onboarding, userId) }
    if (account?.status === 'disabled') return fail('account_disabled')
    if (account !== undefined) {
      return onboarding.wantsLink ? sendLink(onboarding, userId) : waitForOwner(onboarding, account)
    }
    if (!onboarding.wantsLink) return fail('invitation_withdrawn')
    // A repeated request asks for an account.
    await forgetAccount(db, onboarding.id, userId)
    return { next: 'step' }
  }
}
