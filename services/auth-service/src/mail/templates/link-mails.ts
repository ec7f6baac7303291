import type { LinkPurpose } from '../../links/link.ts'
import type { MailFacts, MailText } from '../mail.ts'
import { plainName } from '../plain-name.ts'
import { layOut, minuteOf } from './layout.ts'

type LinkMail = (link: { url: string; expiresAt: Date; product: string }, facts: MailFacts) => MailText

/** The mails that carry a link, by its purpose. */
export const linkMails: Readonly<Record<LinkPurpose, LinkMail>> = {
  invitation({ url, expiresAt, product }, { inviterName = '' }) {
    const inviter = plainName(inviterName)
    return layOut({
      subject: `Your invitation to ${product}`,
      paragraphs: [
        `You are invited to ${product}.`,
        // On a line of its own, so that a name in letters from right to left leaves the rest where it is.
        inviter === '' ? '' : `Invited by: ${inviter}`,
        'Choose a password to accept. You are signed in then.',
      ],
      action: { label: 'Accept the invitation', url },
      remarks: [until(expiresAt), 'If you do not know who invites you, ignore this mail.'],
    })
  },

  verification: ({ url, expiresAt, product }) =>
    layOut({
      subject: `Confirm your e-mail address for ${product}`,
      paragraphs: [`An account of ${product} was registered with this e-mail address. Is it yours?`],
      action: { label: 'Confirm or decline', url },
      remarks: [until(expiresAt), 'If you did not register, open the link and decline: the account is deleted.'],
    }),

  email_change: ({ url, expiresAt, product }) =>
    layOut({
      subject: `Confirm your new e-mail address for ${product}`,
      paragraphs: [`This is to become the e-mail address of an account of ${product}.`],
      action: { label: 'Confirm the address', url },
      remarks: [until(expiresAt), 'If you did not ask for this, ignore this mail: nothing changes.'],
    }),

  email_undo: ({ url, expiresAt, product }) =>
    layOut({
      subject: `The e-mail address of your ${product} account is changing`,
      paragraphs: [
        `Another e-mail address was requested for your account of ${product}. If it was you, you need not do anything.`,
        'If it was not you, undo the change: every device is signed out, the password stops working, and you get a link to choose a new one.',
      ],
      action: { label: 'Undo the change', url },
      remarks: [until(expiresAt)],
    }),

  password_reset: ({ url, expiresAt, product }, { afterUndo = false }) =>
    layOut({
      subject: `Choose a new password for ${product}`,
      paragraphs: [
        afterUndo
          ? `The change of the e-mail address of your account of ${product} was undone. Your old password no longer works: choose a new one.`
          : `A new password was requested for your account of ${product}.`,
      ],
      action: { label: 'Choose a new password', url },
      remarks: [
        until(expiresAt),
        afterUndo
          ? 'Later, "Forgot password" on the sign-in page sends another link.'
          : 'If you did not ask for it, ignore this mail: your password stays as it is.',
      ],
    }),
}

const until = (expiresAt: Date): string => `The link works once, until ${minuteOf(expiresAt)}.`
