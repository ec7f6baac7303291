import type { MailFacts, MailText, NoticeKind } from '../mail.ts'
import { plainName } from '../plain-name.ts'
import { layOut, minuteOf } from './layout.ts'

type Notice = (facts: MailFacts, product: string) => MailText

const IF_NOT_YOU = 'If it was not you, choose a new password now: that signs out every other device.'

/** The mails that say what happened, and carry no link: a reader learns to distrust links that nobody asked for. */
export const notices: Readonly<Record<NoticeKind, Notice>> = {
  new_device: (facts, product) =>
    layOut({
      subject: `New sign-in to ${product}`,
      paragraphs: [`Your account of ${product} was used to sign in on a new device.`, ...details(facts), IF_NOT_YOU],
    }),

  password_changed: (facts, product) =>
    layOut({
      subject: `Your ${product} password was changed`,
      paragraphs: [
        `The password of your account of ${product} was changed, and every other device was signed out.`,
        ...details(facts),
        'If it was not you, use "Forgot password" on the sign-in page, or ask an administrator.',
      ],
    }),

  address_changed: (facts, product) =>
    layOut({
      subject: `The e-mail address of your ${product} account was changed`,
      paragraphs: [
        `An administrator changed the e-mail address of your account of ${product}. Mails go to the new address from now on.`,
        ...details(facts),
        'If you did not expect this, ask an administrator.',
      ],
    }),

  roles_changed: ({ roles = [], ...facts }, product) =>
    layOut({
      subject: `Your roles in ${product} were changed`,
      paragraphs: [
        roles.length === 0
          ? `Your account of ${product} has no role any more.`
          : `Your roles in ${product} are now: ${roles.map(plainName).join(', ')}.`,
        ...details(facts),
      ],
    }),

  token_reused: (facts, product) =>
    layOut({
      subject: `A copied session of your ${product} account was ended`,
      paragraphs: [
        `A session of your account of ${product} was used from two places at once, as only a copy of it can be. It was ended; sign in again on that device.`,
        ...details(facts),
        IF_NOT_YOU,
      ],
    }),

  disabling_refused: ({ accountName = '', accountId = '', askedBy = '', ...facts }, product) =>
    layOut({
      subject: `An account of ${product} could not be disabled`,
      paragraphs: [
        `A service asked to disable an account of ${product}, as it does when a person leaves. The account goes on, because it is the last active administrator.`,
        `Account: ${plainName(accountName)}`,
        `Id: ${accountId}`,
        `Asked by: ${plainName(askedBy)}`,
        ...details(facts),
        'If the person leaves, make another administrator, then have the offboarding retried. If not, withdraw the offboarding.',
      ],
    }),
}

/** Each on a line of its own, as a name may be in letters from right to left. */
function details({ deviceName = '', at }: MailFacts): string[] {
  const device = plainName(deviceName)
  return [device && `Device: ${device}`, at === undefined ? '' : `Time: ${minuteOf(new Date(at))}`]
}
