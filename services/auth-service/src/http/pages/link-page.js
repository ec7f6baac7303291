// The script of the pages that mailed links lead to. It runs in browsers, as it stands.
const form = document.querySelector('form')
const status = document.querySelector('[role=status]')
const buttons = form.querySelectorAll('button')
let token

/** Takes the token out of the address bar, and out of the history with it. */
function takeToken() {
  token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname + location.search)
  form.hidden = !token
  show(token ? '' : 'This link is not complete. Open it from the mail again, or copy all of it.')
}

takeToken()
// Another link that is opened in the same tab does not load the page again.
addEventListener('hashchange', takeToken)

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { action, done, ignoresFields } = event.submitter.dataset
  setBusy(true)
  show('One moment …')
  let response
  let problem
  try {
    response = await post(action, { token, ...(ignoresFields === undefined && filledFields()) })
    if (!response.ok) problem = await response.json()
  } catch {
    problem = { detail: 'No answer arrived. Try again.' }
  }
  setBusy(false)
  if (problem) explain(problem)
  else finish(done)
})

/** A 503 decided nothing: the same is sent again, as `Retry-After` says, before anybody has to press the button again. */
async function post(action, body, attempts = 10) {
  const response = await fetch(action, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-requested-with': 'latchkey' },
    body: JSON.stringify(body),
  })
  if (response.status !== 503 || attempts === 1) return response
  const seconds = Number(response.headers.get('retry-after')) || 1
  await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 5) * 1000))
  return post(action, body, attempts - 1)
}

/** What is empty is left out: no field of these pages has to be posted empty. */
function filledFields() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''))
}

function finish(text) {
  form.hidden = true
  form.reset()
  show(text)
  status.focus()
}

/** Everything but a dead link can be tried again. */
function explain({ code, detail = 'Try again later.', errors = [] }) {
  form.hidden = code === 'invalid_link'
  const faults = errors.map(({ path, message }) => ({ field: form.elements.namedItem(path.slice(1)), message }))
  show([detail, ...faults.filter(({ field }) => field).map(describe)].join(' '))
  const [first] = code === 'sign_in_required' ? [form.elements.password] : faults.map(({ field }) => field)
  for (const input of form.elements) input.removeAttribute('aria-invalid')
  first?.setAttribute('aria-invalid', 'true')
  const target = first ?? status
  target.focus()
}

const describe = ({ field, message }) => `${field.labels[0].textContent}: ${message}.`

function setBusy(isBusy) {
  form.ariaBusy = String(isBusy)
  for (const button of buttons) button.disabled = isBusy
}

function show(text) {
  status.textContent = text
}
