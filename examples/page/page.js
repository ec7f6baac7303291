import { AuthError, createClient } from '@latchkey/client'

const auth = 'http://localhost:3001'
const employees = 'http://localhost:3002'
// `hybrid` sends the access token as Bearer, to each origin that is named here. With `cookie` the browser sends it (`credentials:
// 'include'`), no script reads it, and it reaches services on the host of auth-service alone. The calls below are the same.
const delivery = new URLSearchParams(location.search).get('delivery') ?? 'hybrid'
const client = createClient({ authUrl: auth, origins: [employees], delivery })

const [form, main, list, status] = ['form', 'main', 'ul', '[role=status]'].map((name) => document.querySelector(name))
const say = (text) => {
  status.textContent = text
}

function update(session) {
  form.hidden = session !== null
  main.hidden = session === null
  list.replaceChildren()
}
client.on('session', update)
client.on('ended', ({ reason }) => say(reason === 'signed_out' ? 'You are signed out.' : `Sign in again (${reason}).`))

async function showEmployees() {
  const response = await client.fetch(`${employees}/employees?sort=lastName`)
  const answer = await response.json()
  // The session is over, and `ended` has said why.
  if (client.session === null) return
  if (!response.ok) return say(answer.detail)
  const items = answer.items.map(({ firstName, lastName }) => {
    const item = document.createElement('li')
    item.textContent = `${firstName} ${lastName}`
    return item
  })
  list.replaceChildren(...items)
}

/** Does what a click asks for. A network that fails signs nobody out: it is said, and the next click tries again. */
async function attempt(work) {
  say('')
  try {
    await work()
  } catch (error) {
    console.error(error)
    const isVerdict = error instanceof AuthError && error.code !== 'unavailable'
    say(isVerdict ? error.message : 'That did not work. Please try again in a moment.')
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  attempt(async () => {
    await client.login(Object.fromEntries(new FormData(form)))
    form.reset()
    await showEmployees()
  })
})
document.querySelector('#show').addEventListener('click', () => attempt(showEmployees))
document.querySelector('#sign-out').addEventListener('click', () => attempt(() => client.logout()))

// Who was signed in before a reload still is.
attempt(async () => update(await client.restore()))
