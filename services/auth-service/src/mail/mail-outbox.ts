import type { AuthTransaction } from '../database/auth-database.ts'
import { insertMail, type NewMail } from './mail-repository.ts'

/** Mails of one kind that one mailbox gets within an hour, whoever asks for them. */
const MAILS_PER_HOUR = 3

export type MailOutbox = {
  /** Whether mails leave at all. Without, `enqueue` does nothing. */
  readonly isOn: boolean
  /**
   * Part of the transaction of the change that the mail is about: it leaves, at least once, if the transaction commits.
   * @returns false when its mailbox got enough mails of this kind within the hour
   */
  enqueue(trx: AuthTransaction, mail: NewMail): Promise<boolean>
}

/** @param addJob writes the job that sends the mail of this id, in the same transaction */
export function createMailOutbox(addJob: (trx: AuthTransaction, mailId: string) => Promise<void>): MailOutbox {
  return {
    isOn: true,
    async enqueue(trx, mail) {
      const id = await insertMail(trx, mail, MAILS_PER_HOUR)
      if (id === undefined) return false
      await addJob(trx, id)
      return true
    },
  }
}

/** The outbox of a system that sends no mails. */
export const noMails: MailOutbox = { isOn: false, enqueue: async () => true }
