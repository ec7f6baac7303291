import { AuthError, createClient } from '@latchkey/client'
import { addSession } from '@latchkey/client/axios'
import axios, { isAxiosError } from 'axios'

const auth = 'http://localhost:3001'
const employees = 'http://localhost:3002'
const client = createClient({ authUrl: auth, origins: [employees] })
// Calls of this instance carry the access token; one that is refused is refreshed, and the call sent once more.
const api = axios.create({ baseURL: employees })
addSession(api, client)

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
  const { data } = await api.get('/employees', { params: { sort: 'lastName' } })
  const items = data.items.map(({ firstName, lastName }) => {
    const item = document.createElement('li')
    item.textContent = `${firstName} ${lastName}`
    return item
  })
  list.replaceChildren(...items)
}

/** What a service decided, in its own words; undefined when nothing was. */
function verdictOf(error) {
  if (error instanceof AuthError && error.code !== 'unavailable') return error.message
  if (isAxiosError(error) && error.response?.status < 500) return error.response.data.detail
}

/** Does what a click asks for. A network that fails signs nobody out: it is said, and the next click tries again. */
async function attempt(work) {
  const before = client.session
  say('')
  try {
    await work()
  } catch (error) {
    console.error(error)
    // The session is over, and `ended` has said why.
    if (before !== null && client.session === null) return
    say(verdictOf(error) ?? 'That did not work. Please try again in a moment.')
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
