import type { LinkPurpose } from '../../links/link.ts'

export type Field = {
  readonly name: string
  readonly label: string
  /** Attributes of the input, as HTML. */
  readonly attributes: string
  readonly hint?: string
}

export type Action = {
  readonly label: string
  /** Where the button posts to, relative to the page. */
  readonly action: string
  /** What the page says once that is done. */
  readonly done: string
  /** Whether the button leaves the fields alone, so that nothing has to be in them. */
  readonly ignoresFields?: boolean
}

export type LinkPage = {
  readonly path: string
  readonly title: string
  readonly text: string
  readonly fields: readonly Field[]
  /** Members that are posted beside the token and the fields. */
  readonly also?: Readonly<Record<string, string>>
  readonly actions: readonly Action[]
}

/** What a person sees who opens a mailed link. Opening it changes nothing; only a button does. */
export function linkPages({ passwordMinLength }: { passwordMinLength: number }): Record<LinkPurpose, LinkPage> {
  const newPassword: Field = {
    name: 'password',
    label: 'New password',
    attributes: `type="password" autocomplete="new-password" required minlength="${passwordMinLength}"`,
    hint: `At least ${passwordMinLength} characters: a few words that nobody would guess.`,
  }
  const password: Field = {
    name: 'password',
    label: 'Password of your account',
    attributes: 'type="password" autocomplete="current-password"',
    hint: 'Not needed where you are signed in to the account.',
  }
  return {
    invitation: {
      path: 'accept',
      title: 'Accept your invitation',
      text: 'Choose a password for your new account. You are signed in then.',
      fields: [
        newPassword,
        {
          name: 'username',
          label: 'User name (optional)',
          attributes: 'autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200"',
          hint: 'One is made from your e-mail address otherwise.',
        },
        { name: 'fullName', label: 'Your name (optional)', attributes: 'autocomplete="name" maxlength="200"' },
      ],
      also: { delivery: 'cookie' },
      actions: [
        {
          label: 'Accept',
          action: '../auth/invitations/accept',
          done: 'Welcome! Your account is ready, and you are signed in.',
        },
      ],
    },
    verification: {
      path: 'verify',
      title: 'Is this your e-mail address?',
      text: 'Confirm it with the password of the account. If you did not register, decline: the account is deleted.',
      fields: [password],
      actions: [
        { label: 'Confirm', action: '../auth/verification/confirm', done: 'Your e-mail address is confirmed.' },
        {
          label: 'I did not register',
          action: '../auth/verification/decline',
          done: 'The account is deleted.',
          ignoresFields: true,
        },
      ],
    },
    password_reset: {
      path: 'reset',
      title: 'Choose a new password',
      text: 'Every device is signed out, and the new password works at once.',
      fields: [newPassword],
      actions: [
        {
          label: 'Set the password',
          action: '../auth/password/reset',
          done: 'Your password is changed. Sign in with it.',
        },
      ],
    },
    email_change: {
      path: 'email',
      title: 'Confirm your new e-mail address',
      text: 'Confirm it with the password of your account.',
      fields: [password],
      actions: [{ label: 'Confirm', action: '../auth/email/confirm', done: 'Your e-mail address is changed.' }],
    },
    email_undo: {
      path: 'undo',
      title: 'Undo the change of your e-mail address',
      text: 'Your old address comes back, every device is signed out, and the password stops working. A link to choose a new one goes to your old address.',
      fields: [],
      actions: [
        {
          label: 'Undo the change',
          action: '../auth/email/undo',
          done: 'Undone. A link to choose a new password is on its way to your mailbox.',
        },
      ],
    },
  }
}
