import type { LinkPurpose } from '../../links/link.ts'
import type { MailFacts, MailText } from '../mail.ts'
import { plainName } from '../plain-name.ts'
import { layOut } from './layout.ts'

type LinkMail = (link: { url: string; expiresAt: Date; product: string }, facts: MailFacts) => MailText

/** The mails that carry a link, by its purpose. */
export const linkMails: Readonly<Record<LinkPurpose, LinkMail>> = {
  invitation: ({ url, expiresAt, product }, { inviterName }) =>
    layOut({
      subject: `Your invitation to ${product}`,
      paragraphs: [
        inviterName === undefined
          ? `You are invited to ${product}.`
          : `${plainName(inviterName)} invites you to ${product}.`,
        'Choose a password to accept. You are signed in then.',
      ],
      action: { label: 'Accept the invitation', url },
      remarks: [until(expiresAt), 'If you do not know the person who invites you, ignore this mail.'],
    }),

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
        `Somebody who is signed in to your account of ${product} asked for another e-mail address. If it was you, you need not do anything.`,
        'If it was not you, undo the change: every device is signed out, the password stops working, and you get a link to choose a new one.',
      ],
      action: { label: 'Undo the change', url },
      remarks: [until(expiresAt)],
    }),

  password_reset: ({ url, expiresAt, product }) =>
    layOut({
      subject: `Choose a new password for ${product}`,
      paragraphs: [`A new password was asked for your account of ${product}.`],
      action: { label: 'Choose a new password', url },
      remarks: [until(expiresAt), 'If you did not ask for it, ignore this mail: your password stays as it is.'],
    }),
}

/** `2026-01-31 12:00 UTC`: a reader of a mail has no time zone that we know. */
function until(expiresAt: Date): string {
  return `The link works once, until ${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`
}
