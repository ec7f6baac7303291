// The script of the pages that mailed links lead to. It runs in browsers, as it stands.
const form = document.querySelector('form')
const status = document.querySelector('[role=status]')
const fragment = new URLSearchParams(location.hash.slice(1))
const token = fragment.get('token')
// Neither the history nor the address bar keeps it.
history.replaceState(null, '', location.pathname + location.search)

if (!token) {
  show('This link is not complete. Open it from the mail again, or copy all of it.')
  form.hidden = true
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { action, done } = event.submitter.dataset
  const body = { token }
  for (const [name, value] of new FormData(form)) if (value !== '') body[name] = value
  for (const button of form.querySelectorAll('button')) button.disabled = true
  show('One moment …')
  try {
    const response = await fetch(action, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-requested-with': 'latchkey' },
      body: JSON.stringify(body),
    })
    if (response.ok) {
      show(done)
      form.hidden = true
      return
    }
    const { code, detail, errors = [] } = await response.json()
    show([detail, ...errors.map(({ path, message }) => `${path.replace(/^\//, '')} ${message}.`)].join(' '))
    // Everything but a dead link can be tried again.
    form.hidden = code === 'invalid_link'
  } catch {
    show('The server cannot be reached. Nothing has happened; try again.')
  } finally {
    for (const button of form.querySelectorAll('button')) button.disabled = false
  }
})

function show(text) {
  status.textContent = text
}
