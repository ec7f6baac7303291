// What each tab runs: calls all the time, and a record of how they went.
import { createClient } from '/client/index.js'

const client = createClient({ authUrl: '/' })
const record = { calls: 0, failures: {}, ended: [], slowest: 0, frozen: 0 }
/** Since when nothing but the network kept a call. */
let freeSince = 0
let isCalling = false

const free = () => {
  freeSince = performance.now()
}
addEventListener('online', free)
document.addEventListener('freeze', () => record.frozen++)
document.addEventListener('resume', free)
client.on('ended', ({ reason }) => record.ended.push(reason))

async function call() {
  const startedAt = performance.now()
  let outcome
  try {
    outcome = (await client.fetch('/auth/me')).status
  } catch (error) {
    outcome = error.code ?? error.name
  }
  if (navigator.onLine) record.slowest = Math.max(record.slowest, performance.now() - Math.max(startedAt, freeSince))
  record.calls++
  if (outcome !== 200) record.failures[outcome] = (record.failures[outcome] ?? 0) + 1
  return outcome
}

async function callForEver() {
  isCalling = true
  while (isCalling) {
    await call()
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 600))
  }
}

globalThis.tab = {
  client,
  record,
  call,
  callForEver,
  stop: () => {
    isCalling = false
  },
}
