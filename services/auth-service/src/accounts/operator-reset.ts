import { normalizeEmail } from '@latchkey/problems'
import type { AuditOrigin } from '../audit/audit-event.ts'
import { passwordResetRequested } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { LinkService } from '../links/link-service.ts'
import type { UserStatus } from '../users/user.ts'
import { findAccountByName, lockAccount } from '../users/user-repository.ts'

export type OperatorReset =
  | { readonly outcome: 'created'; readonly url: string; readonly expiresAt: Date }
  /** The account is not active, so it has no password to reset; undefined where there is no account. */
  | { readonly outcome: 'refused'; readonly status: Exclude<UserStatus, 'active'> | undefined }

type Dependencies = { readonly db: AuthDatabase; readonly writeAs: WriteAs; readonly links: LinkService }

/**
 * A link with which a person sets a new password, for the operator to hand over: the way back for the last administrator. It is
 * shown and not mailed, so its use proves no mailbox.
 */
export function createOperatorReset({ db, writeAs, links }: Dependencies) {
  return async (email: string, origin: AuditOrigin): Promise<OperatorReset> => {
    const found = await findAccountByName(db, { email: normalizeEmail(email) })
    if (!found) return { outcome: 'refused', status: undefined }
    return writeAs(origin, async (trx, audit) => {
      const account = await lockAccount(trx, found.user.id)
      if (account?.user.status !== 'active') return { outcome: 'refused', status: account?.user.status }
      const { actorId: createdBy } = origin
      const link = await links.create(trx, { purpose: 'password_reset', account, createdBy, shown: true })
      await audit(passwordResetRequested(account.user.id))
      const url = await links.draw(trx, link)
      if (url === undefined) throw new Error('a link that was just made is gone')
      return { outcome: 'created', url, expiresAt: link.expiresAt }
    })
  }
}
