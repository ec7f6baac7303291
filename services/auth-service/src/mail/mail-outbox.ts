import type { AuthTransaction } from '../database/auth-database.ts'
import type { NewMail } from './mail.ts'
import { insertMail } from './mail-repository.ts'

export type MailOutbox = {
  /** Whether mails leave at all. Without, `enqueue` does nothing. */
  readonly isOn: boolean
  /**
   * Part of the transaction of the change that the mail is about: it leaves, at least once, if the transaction commits. A transaction
   * with several mails enqueues those with links first, each kind in the order of its list: each locks its mailbox and kind.
   * @returns false when its mailbox got enough mails of this kind within the hour
   */
  enqueue(trx: AuthTransaction, mail: NewMail): Promise<boolean>
}

/** @param addJob writes the job that sends the mail of this id, in the same transaction */
export function createMailOutbox(addJob: (trx: AuthTransaction, mailId: string) => Promise<void>): MailOutbox {
  return {
    isOn: true,
    async enqueue(trx, mail) {
      const id = await insertMail(trx, mail)
      if (id === undefined) return false
      await addJob(trx, id)
      return true
    },
  }
}

/** The outbox of a system that sends no mails. */
export const noMails: MailOutbox = { isOn: false, enqueue: async () => true }
