// The script of the pages that mailed links lead to. It runs in browsers, as it stands.
const form = document.querySelector('form')
const status = document.querySelector('[role=status]')
const buttons = form.querySelectorAll('button')
const token = new URLSearchParams(location.hash.slice(1)).get('token')
// Neither the address bar nor the history keeps it.
history.replaceState(null, '', location.pathname + location.search)

if (token) form.hidden = false
else show('This link is not complete. Open it from the mail again, or copy all of it.')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { action, done, ignoresFields } = event.submitter.dataset
  setBusy(true)
  show('One moment …')
  let response
  let problem
  try {
    response = await fetch(action, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-requested-with': 'latchkey' },
      body: JSON.stringify({ token, ...(ignoresFields === undefined && filledFields()) }),
    })
    if (!response.ok) problem = await response.json()
  } catch {
    problem = { detail: 'No answer arrived. Try again.' }
  }
  setBusy(false)
  if (problem) explain(problem)
  else finish(done)
})

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
