import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { createScope } from '../src/scope.ts'
import { losingRelay } from '../src/world/losing-relay.ts'

const received: string[] = []
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    received.push(chunk.toString())
    socket.write(chunk)
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const scope = createScope()
const relay = await losingRelay(scope, `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
t.teardown(async () => {
  await scope.close()
  server.close()
})

const ask = async (socket: Socket, text: string): Promise<string> => {
  socket.write(text)
  const outcome = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  return String(outcome[0])
}

t.test('the reply that was meant is lost with its connection, and the server has done what it was asked', async (t) => {
  const port = Number(new URL(relay.url).port)
  const first = connect(port, '127.0.0.1')
  t.equal(await ask(first, 'one'), 'one')
  const loss = relay.loseReply(2)
  t.equal(await ask(first, 'two'), 'two')
  t.notOk(loss.wasLost())
  t.equal(await ask(first, 'three'), 'false', 'closed')
  t.ok(loss.wasLost())
  t.same(received, ['one', 'two', 'three'])

  const second = connect(port, '127.0.0.1')
  t.equal(await ask(second, 'four'), 'four')
  second.destroy()
})
