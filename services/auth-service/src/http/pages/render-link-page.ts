import type { Action, Field, LinkPage } from './link-pages.ts'

/** One page as HTML. All of its text is our own: nothing of a request and of no account is in it. */
export function renderLinkPage({ title, text, fields, also = {}, actions }: LinkPage, product: string): string {
  const members = Object.entries(also).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – ${product}</title>
<link rel="stylesheet" href="link-page.css">
<script type="module" src="link-page.js"></script>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<form method="post" hidden>
${[...fields.map(renderField), ...members, `<p>${actions.map(renderAction).join(' ')}</p>`].join('\n')}
</form>
<p role="status" tabindex="-1"></p>
<noscript><p>This page needs JavaScript: it keeps the secret part of the link from being sent anywhere else.</p></noscript>
</main>
</body>
</html>
`
}

function renderField({ name, label, attributes, hint }: Field): string {
  const described = hint === undefined ? '' : ` aria-describedby="${name}-hint"`
  return [
    `<label for="${name}">${label}</label>`,
    `<input id="${name}" name="${name}" ${attributes}${described}>`,
    ...(hint === undefined ? [] : [`<small id="${name}-hint">${hint}</small>`]),
  ].join('\n')
}

const renderAction = ({ label, action, done, ignoresFields }: Action): string =>
  `<button data-action="${action}" data-done="${done}"${ignoresFields ? ' formnovalidate data-ignores-fields' : ''}>${label}</button>`
