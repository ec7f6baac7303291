// One address in front of any number of replicas: `node balancer.mjs 3001=auth-service:3001 3002=employee-service:3002`.
// Connections go to the replicas in turn, and bytes pass through untouched. Names are looked up for every connection,
// since replicas come and go.
import { lookup } from 'node:dns/promises'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'

const CONNECT_TIMEOUT_MS = 1000
/** What is still open this long after a stop was asked for is cut off. The services end theirs earlier. */
const LAST_CONNECTIONS_MS = 12_000

const servers = process.argv.slice(2).map((route) => {
  const [, port, name, target] = /^(\d+)=([\w.-]+):(\d+)$/.exec(route) ?? []
  if (port === undefined) throw new Error(`not of the form PORT=NAME:PORT: ${route}`)
  return balance(Number(port), createTurns(name, Number(target)))
})

process.once('SIGTERM', () => {
  for (const server of servers) server.close()
  setTimeout(() => process.exit(), LAST_CONNECTIONS_MS).unref()
})

function balance(port, connectToNext) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, async (client) => {
    client.on('error', () => {})
    try {
      const replica = await connectToNext()
      await Promise.all([pipeline(client, replica), pipeline(replica, client)])
    } catch {
      // Either side is gone, and `pipeline` has closed the other one; or there was no replica to begin with.
      client.destroy()
    }
  })
  return server.listen(port)
}

/** Connects to the next replica; where that takes no connection, to the one after it: nothing has been sent yet. */
function createTurns(name, port) {
  let turn = 0
  return async () => {
    const found = await lookup(name, { all: true, family: 4 })
    const addresses = found.map(({ address }) => address).sort()
    const first = turn++
    for (const tried of addresses.keys()) {
      const socket = await connectTo(addresses[(first + tried) % addresses.length], port)
      if (socket) return socket
    }
    throw new Error(`no replica of ${name} takes connections`)
  }
}

/** An open connection, or undefined. */
function connectTo(host, port) {
  const { promise, resolve } = Promise.withResolvers()
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, timeout: CONNECT_TIMEOUT_MS })
  socket.once('connect', () => resolve(socket.setTimeout(0)))
  socket.once('timeout', () => socket.destroy())
  socket.once('error', () => {})
  socket.once('close', () => resolve(undefined))
  return promise
}
