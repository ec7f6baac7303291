import type { AuditTrail } from '../audit/create-audit.ts'
import { userDisablingRefused } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import { mailNameOf } from '../mail/plain-name.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { rolesWith } from '../permissions/policy.ts'
import { listActiveHolders } from '../users/user-listing-repository.ts'
import { findAccount } from '../users/user-repository.ts'
import type { Caller } from './account-bound.ts'
import type { UserChange } from './user-change.ts'

/** Who holds it can act: withdraw the offboarding behind the call, or see to another administrator and have it retried. */
const SCOPE_TO_ACT = 'employees:link'

/** So many mails take a fraction of a second. Where more people hold the scope, the accounts that came first get them. */
const MOST_MAILS = 500

/**
 * Reports that the last administrator was not disabled, if a service client has asked for it. No person reads the answer to a client, so
 * those who can act get a mail, and the audit trail an entry. What a client repeats is one entry a minute, and three mails an hour for each mailbox.
 * Rejects when the mails could not be written: then the client, which repeats the call, must not take it for decided.
 */
export type ReportRefusedDisabling = (userId: string, change: UserChange, caller: Caller) => Promise<void>

type Dependencies = {
  readonly writeAs: WriteAs
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly outbox: MailOutbox
  readonly permissions: Permissions
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createReportRefusedDisabling({
  writeAs,
  audit,
  outbox,
  permissions,
  now,
}: Dependencies): ReportRefusedDisabling {
  return async (userId, { status }, caller) => {
    if (caller.kind !== 'client' || status !== 'disabled') return
    audit.refuse(caller.origin, userDisablingRefused(userId, 'last_admin'))
    if (!outbox.isOn) return
    // The transaction of the change itself was undone.
    await writeAs(caller.origin, async (trx) => {
      const account = await findAccount(trx, userId)
      if (!account) return
      const facts = {
        accountId: userId,
        accountName: mailNameOf(account.user),
        askedBy: caller.id,
        at: new Date(now()).toISOString(),
      }
      const holders = await listActiveHolders(trx, rolesWith(permissions.policy, SCOPE_TO_ACT), MOST_MAILS)
      for (const { id, email } of holders) {
        await outbox.enqueue(trx, { kind: 'disabling_refused', address: email, userId: id, facts })
      }
    })
  }
}
