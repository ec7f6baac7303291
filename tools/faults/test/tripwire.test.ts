import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import t from 'tap'
import { createTripwire, type Passing } from '../src/world/tripwire.ts'
import { wiredRelay } from '../src/world/wired-relay.ts'

/** A server that sends everything back. */
async function echo() {
  const server = createServer((socket) => socket.pipe(socket).on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const fromServer = ({ from }: Passing): boolean => from === 'server'

t.test('what trips the wire is held up until it was acted on, and everything else passes', async (t) => {
  const wire = createTripwire()
  const target = await echo()
  const { port } = new URL(await wiredRelay(t, { name: 'echo', target: () => target, wire }))
  const client = connect(Number(port), '127.0.0.1').on('error', () => {})
  t.teardown(async () => void client.destroy())

  client.write('one')
  t.equal(String((await once(client, 'data'))[0]), 'one', 'nothing is armed')

  const acted: string[] = []
  const armed = wire.arm(
    (passing) => fromServer(passing) && passing.bytes.includes('two'),
    async ({ relay, bytes }) => {
      t.notOk(client.read(), 'the client has not heard of it')
      acted.push(`${relay}: ${bytes}`)
    },
  )
  client.write('two')
  t.equal(String((await once(client, 'data'))[0]), 'two')
  t.equal(await armed.tripped, true)
  t.same(acted, ['echo: two'])

  client.write('two')
  await once(client, 'data')
  t.equal(acted.length, 1, 'it trips once')
})

t.test('a wire that was never tripped says so', async (t) => {
  const armed = createTripwire().arm(
    () => true,
    async () => {},
  )
  armed.disarm()
  t.equal(await armed.tripped, false)
})

t.end()
