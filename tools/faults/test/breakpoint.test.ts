import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { type RelayedChunk, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { createBreakpoints } from '../src/cluster/breakpoint.ts'

/** A server that sends everything back. */
async function echo() {
  const server = createServer((socket) => socket.pipe(socket).on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const fromServer = ({ from }: RelayedChunk): boolean => from === 'server'

t.test('a chunk that hits the breakpoint is held until the action is done, and everything else passes', async (t) => {
  const breakpoints = createBreakpoints()
  const relay = await tcpRelay(t, await echo(), { name: 'echo', onChunk: breakpoints.onChunk })
  const client = connect(Number(new URL(relay.url).port), '127.0.0.1').on('error', () => {})
  t.teardown(async () => void client.destroy())

  client.write('one')
  t.equal(String((await once(client, 'data'))[0]), 'one', 'no breakpoint is set')

  const acted: string[] = []
  const breakpoint = breakpoints.set(
    (chunk) => fromServer(chunk) && chunk.bytes.includes('two'),
    async ({ relay, bytes }) => {
      t.notOk(client.read(), 'the client has not received it')
      acted.push(`${relay}: ${bytes}`)
    },
  )
  client.write('two')
  t.equal(String((await once(client, 'data'))[0]), 'two')
  t.equal(await breakpoint.hit, true)
  t.same(acted, ['echo: two'])

  client.write('two')
  await once(client, 'data')
  t.equal(acted.length, 1, 'it is hit once')
})

t.test('a breakpoint that was never hit reports so', async (t) => {
  const breakpoint = createBreakpoints().set(
    () => true,
    async () => {},
  )
  breakpoint.clear()
  t.equal(await breakpoint.hit, false)
})

t.end()
