const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Everything that comes from elsewhere goes through here. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => references[character] ?? '')

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>${body}</body>
</html>`

export function signInPage(fault = ''): string {
  return page(
    'Sign in',
    `<p role="alert">${escapeHtml(fault)}</p>
<form method="post" action="/sign-in">
<label>E-mail <input type="email" name="email" autocomplete="username" required></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>`,
  )
}

const signOut = '<form method="post" action="/auth/sign-out"><button>Sign out</button></form>'

export function employeesPage(employees: readonly { readonly firstName: string; readonly lastName: string }[]): string {
  const items = employees.map(({ firstName, lastName }) => `<li>${escapeHtml(`${firstName} ${lastName}`)}</li>`)
  return page('Employees', `<ul>${items.join('')}</ul>${signOut}`)
}

export function messagePage(message = 'That did not work. Please try again in a moment.'): string {
  return page('Employees', `<p role="alert">${escapeHtml(message)}</p>${signOut}`)
}
