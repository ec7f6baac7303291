import t from 'tap'
import { parseRedisUrl } from '../../src/revocations/redis-nodes.ts'
import { sentinelFault, sentinelOptions } from '../../src/revocations/sentinels.ts'

t.test('addresses with ?sentinel=NAME are those of Sentinels, the others are of Redis itself', (t) => {
  t.equal(sentinelOptions(parseRedisUrl('redis://a.test:7000')), undefined)
  t.equal(sentinelOptions(parseRedisUrl('redis://a.test:7000,redis://b.test:7000')), undefined)
  t.same(sentinelOptions(parseRedisUrl('redis://us%20er:pa%3Ass@a.test,redis://[2001:db8::7]:26380/2?sentinel=main')), {
    name: 'main',
    sentinels: [
      { host: 'a.test', port: 26_379 },
      { host: '2001:db8::7', port: 26_380 },
    ],
    username: 'us er',
    password: 'pa:ss',
    sentinelUsername: 'us er',
    sentinelPassword: 'pa:ss',
    failoverDetector: true,
  })
  t.end()
})

t.test('Sentinels may ask for no password, and have TLS where Redis has it', (t) => {
  const options = sentinelOptions(parseRedisUrl('rediss://:secret@a.test/3?sentinel=main&sentinelAuth=off'))
  t.match(options, { password: 'secret', db: 3, enableTLSForSentinelMode: true, tls: {}, sentinelTLS: {} })
  t.notOk(options && 'sentinelPassword' in options)
  t.end()
})

t.test('Sentinels need the name of a master', (t) => {
  t.throws(() => parseRedisUrl('redis://a.test?sentinel='), { message: /must name the master/ })
  t.end()
})

t.test('a Sentinel that does not know the name says so in plain words, other errors stay', (t) => {
  for (const text of [
    'connected to sentinel a.test:26379 successfully, but got an invalid reply: null',
    'failed to connect to sentinel a.test:26379 because ERR No such master with that name',
  ]) {
    t.equal(sentinelFault(new Error(text), 'main').message, 'the Sentinel at a.test:26379 knows no master named main')
  }
  const other = new Error('failed to connect to sentinel a.test:26379 because WRONGPASS')
  t.equal(sentinelFault(other, 'main'), other)
  t.end()
})
