import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { eventually, type RelayedChunk, tcpRelay, testEnvironment } from '../src/index.ts'

async function withRelay(t: Test) {
  const { redisUrl, redisPrefix } = await testEnvironment(t)
  const direct = new Redis(redisUrl, { keyPrefix: redisPrefix })
  const relay = await tcpRelay(t, redisUrl)
  const options = {
    keyPrefix: redisPrefix,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: 200,
    disconnectTimeout: 0,
  }
  const connectThroughRelay = (): Redis => {
    const redis = new Redis(relay.url, options)
    redis.on('error', () => {})
    t.teardown(() => redis.disconnect())
    return redis
  }
  t.teardown(() => direct.disconnect())
  return { direct, relay, connectThroughRelay }
}

/** A server that sends everything back, behind its name. */
async function echo(t: Test, name = '') {
  const received: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received.push(String(bytes))
      socket.write(`${name}${bytes}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  return { url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

function connectTo(t: Test, url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  t.teardown(() => void socket.destroy())
  return socket
}

/** The reply, or `closed`. */
async function exchange(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  return Promise.race([
    once(socket, 'data').then(([bytes]) => String(bytes)),
    once(socket, 'close').then(() => 'closed'),
  ])
}

t.test('a lost reply: the server ran the command, and the client never learns of it', async (t) => {
  const { direct, relay, connectThroughRelay } = await withRelay(t)
  const redis = connectThroughRelay()
  await redis.ping()
  const { lost } = relay.loseReply({ to: 'incr' })
  t.equal(await redis.get('other'), null, 'other commands are answered')
  await t.rejects(redis.incr('counter'))
  await lost
  t.equal(await direct.get('counter'), '1')
})

t.test('the reply with a number is lost with its connection, and the server has done its work', async (t) => {
  const server = await echo(t)
  const relay = await tcpRelay(t, server.url)
  const first = connectTo(t, relay.url)
  t.equal(await exchange(first, 'one'), 'one')
  const loss = relay.loseReply({ number: 2 })
  t.equal(await exchange(first, 'two'), 'two')
  t.notOk(loss.wasLost())
  t.equal(await exchange(first, 'three'), 'closed')
  t.ok(loss.wasLost())
  t.same(server.received, ['one', 'two', 'three'])
  t.equal(await exchange(connectTo(t, relay.url), 'four'), 'four')
})

t.test('a cancelled loss loses nothing', async (t) => {
  const relay = await tcpRelay(t, (await echo(t)).url)
  const loss = relay.loseReply()
  loss.cancel()
  t.equal(await exchange(connectTo(t, relay.url), 'one'), 'one')
  t.notOk(loss.wasLost())
})

t.test('a chunk is passed on once its observer is done, and what follows it stays behind it', async (t) => {
  const seen: RelayedChunk[] = []
  const held = Promise.withResolvers<void>()
  const { url } = await tcpRelay(t, (await echo(t)).url, {
    name: 'held',
    onChunk(chunk) {
      seen.push(chunk)
      return chunk.from === 'server' && String(chunk.bytes) === 'one' ? held.promise : undefined
    },
  })
  const socket = connectTo(t, url)
  let answered = ''
  socket.on('data', (bytes) => {
    answered += bytes
  })
  const other = connectTo(t, url)
  socket.write('one')
  t.equal(await exchange(other, 'two'), 'two', 'other connections go on')
  socket.write('three')
  t.equal(await exchange(other, 'four'), 'four')
  t.equal(answered, '')
  held.resolve()
  while (answered.length < 'onethree'.length) await once(socket, 'data')
  t.equal(answered, 'onethree')
  t.same(new Set(seen.map(({ connection }) => connection)), new Set(['held#1', 'held#2']))
})

t.test(
  'a connection whose client goes while a chunk is held is closed at once, and nothing of it is passed on',
  async (t) => {
    const received: string[] = []
    let isOpen = false
    const server = createServer((socket) => {
      isOpen = true
      socket.on('error', () => {})
      socket.on('close', () => {
        isOpen = false
      })
      socket.on('data', (bytes) => received.push(String(bytes)))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => void server.close())
    const held = Promise.withResolvers<void>()
    const seen: string[] = []
    const { url } = await tcpRelay(t, `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      onChunk({ bytes }) {
        seen.push(String(bytes))
        return String(bytes) === 'two' ? held.promise : undefined
      },
    })
    const socket = connectTo(t, url)
    socket.write('one')
    await eventually(() => received.length === 1)
    socket.write('two')
    await eventually(() => seen.length === 2)
    socket.write('three', () => socket.destroy())
    await eventually(() => !isOpen, 'the connection to the server is closed')
    held.resolve()
    connectTo(t, url).write('four')
    await eventually(() => received.length === 2)
    t.same(received, ['one', 'four'])
    t.same(seen, ['one', 'two', 'four'])
  },
)

t.test('after a switch connections lead to the other server, and those that were open are cut', async (t) => {
  const relay = await tcpRelay(t, (await echo(t, 'old ')).url)
  const open = connectTo(t, relay.url)
  t.equal(await exchange(open, 'one'), 'old one')
  const cut = once(open, 'close')
  relay.switchTo((await echo(t, 'new ')).url)
  await cut
  t.equal(await exchange(connectTo(t, relay.url), 'two'), 'new two')
})

t.test('a target in a function is looked up for each connection', async (t) => {
  let { url } = await echo(t, 'first ')
  const relay = await tcpRelay(t, () => url)
  t.equal(await exchange(connectTo(t, relay.url), 'one'), 'first one')
  ;({ url } = await echo(t, 'second '))
  t.equal(await exchange(connectTo(t, relay.url), 'two'), 'second two')
})

t.test('a hanging connection answers late, once it is restored', async (t) => {
  const { relay, connectThroughRelay } = await withRelay(t)
  const redis = connectThroughRelay()
  await redis.ping()
  relay.hang()
  await t.rejects(redis.ping(), { message: 'Command timed out' })
  await relay.restore()
  t.equal(await redis.ping(), 'PONG')
})

t.test('a refusing relay accepts no connection until it is restored', async (t) => {
  const { relay, connectThroughRelay } = await withRelay(t)
  await relay.refuse()
  await t.rejects(connectThroughRelay().ping())
  await relay.restore()
  t.equal(await connectThroughRelay().ping(), 'PONG')
})

t.test('an interceptor changes what is passed on, and cuts the connection behind it', async (t) => {
  const server = await echo(t)
  const { url } = await tcpRelay(t, server.url, {
    intercept: () => {
      let count = 0
      return (from, bytes) =>
        from === 'client' ? { bytes } : { bytes: Buffer.from(`${++count}: ${bytes}`), isCut: count === 2 }
    },
  })
  const socket = connectTo(t, url)
  t.equal(await exchange(socket, 'one'), '1: one')
  const closed = once(socket, 'close')
  t.equal(await exchange(socket, 'two'), '2: two')
  await closed
  t.same(server.received, ['one', 'two'])
  t.equal(await exchange(connectTo(t, url), 'three'), '1: three', 'each connection has its own')
})

t.test('on a slow relay everything arrives late and in order, until it is restored', async (t) => {
  const relay = await tcpRelay(t, (await echo(t)).url)
  const socket = connectTo(t, relay.url)
  t.equal(await exchange(socket, 'one'), 'one')
  const delays = [60, 0, 0, 0]
  relay.slow(() => delays.shift() ?? 0)
  const start = performance.now()
  let answered = ''
  socket.on('data', (bytes) => {
    answered += bytes
  })
  for (const text of ['two ', 'three ', 'four']) {
    socket.write(text)
    await new Promise(setImmediate)
  }
  t.ok(await eventually(() => answered.endsWith('four')))
  t.equal(answered, 'two three four')
  t.ok(performance.now() - start >= 55)
  await relay.restore()
  t.equal(await exchange(connectTo(t, relay.url), 'five'), 'five')
})
