import { readFileSync } from 'node:fs'
import type { LinkPurpose } from '../../links/link.ts'

type Field = { readonly name: string; readonly label: string; readonly attributes: string }
type Action = { readonly label: string; readonly action: string; readonly done: string }

type Page = {
  readonly path: string
  readonly title: string
  readonly text: string
  readonly fields: readonly Field[]
  readonly actions: readonly Action[]
}

const newPassword: Field = {
  name: 'password',
  label: 'New password',
  attributes: 'type="password" autocomplete="new-password" required',
}
const password: Field = {
  name: 'password',
  label: 'Password of the account',
  attributes: 'type="password" autocomplete="current-password"',
}

/** What a person sees who opens a mailed link. Opening changes nothing; only a button does. Addresses are relative to the page. */
export const linkPages: Readonly<Record<LinkPurpose, Page>> = {
  invitation: {
    path: 'accept',
    title: 'Accept your invitation',
    text: 'Choose a password for your new account.',
    fields: [newPassword, { name: 'fullName', label: 'Your name (optional)', attributes: 'autocomplete="name"' }],
    actions: [
      {
        label: 'Accept',
        action: '../auth/invitations/accept',
        done: 'Welcome! Your account is ready and you are signed in.',
      },
    ],
  },
  verification: {
    path: 'verify',
    title: 'Is this your e-mail address?',
    text: 'Confirm it with the password of the account, unless you are signed in here. If you did not register, decline: the account is deleted.',
    fields: [password],
    actions: [
      { label: 'Confirm', action: '../auth/verification/confirm', done: 'Your e-mail address is confirmed.' },
      { label: 'I did not register', action: '../auth/verification/decline', done: 'The account is deleted.' },
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
    text: 'Confirm it with the password of your account, unless you are signed in here.',
    fields: [password],
    actions: [{ label: 'Confirm', action: '../auth/email/confirm', done: 'Your e-mail address is changed.' }],
  },
  email_undo: {
    path: 'undo',
    title: 'Undo the change of your e-mail address',
    text: 'Your old address comes back, every device is signed out, and the password stops working. A link to choose a new one goes to your address.',
    fields: [],
    actions: [
      {
        label: 'Undo the change',
        action: '../auth/email/undo',
        done: 'Undone. Look into your mailbox for a link to choose a new password.',
      },
    ],
  },
}

export function renderLinkPage({ title, text, fields, actions }: Page): string {
  const inputs = fields.map(
    ({ name, label, attributes }) =>
      `<label for="${name}">${label}</label><input id="${name}" name="${name}" ${attributes}>`,
  )
  const buttons = actions.map(
    ({ label, action, done }) => `<button data-action="${action}" data-done="${done}">${label}</button>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="link-page.css">
<script type="module" src="link-page.js"></script>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<form>
${[...inputs, ...buttons].join('\n')}
</form>
<p role="status"></p>
<noscript>This page needs JavaScript to read the link without sending it anywhere.</noscript>
</main>
</body>
</html>
`
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** What the pages load, from beside them. */
export const linkPageAssets = {
  'link-page.js': { type: 'text/javascript; charset=utf-8', text: read('link-page.js') },
  'link-page.css': { type: 'text/css; charset=utf-8', text: read('link-page.css') },
} as const

/** Nothing from elsewhere, nothing inline; the form is sent by the script, to this host. */
export const LINK_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
