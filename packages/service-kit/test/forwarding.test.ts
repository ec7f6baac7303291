import t from 'tap'
import { openApp } from './fixtures/open-app.ts'

const TRUST_PROXY = ['127.0.0.1', '10.0.0.0/24', '2001:db8:f::/48']
const routes = (app: Awaited<ReturnType<typeof openApp>>['app']) => {
  app.get('/whoami', async ({ ip, protocol, host, hostname, port }) => ({ ip, protocol, host, hostname, port }))
}
const { app, requestLines, logText } = await openApp(t, routes, { trustProxy: TRUST_PROXY })

const whoami = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
  const response = await app.inject({ url: '/whoami', headers: { host: 'real.example', ...headers }, remoteAddress })
  t.equal(response.statusCode, 200)
  const reply = response.json()
  t.equal(requestLines().at(-1)?.remoteAddress, reply.ip, 'the log line has the same address')
  return reply
}

const PEER = '127.0.0.1'
const NINE = '203.0.113.9'
const letters = 'a'.repeat(3000)
const senders: [forwarded: string, sender: string][] = [
  [NINE, NINE],
  [`  ${NINE}\t`, NINE],
  [`${NINE}:51234`, NINE],
  [`[${NINE}]:51234`, NINE],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:443', 'fe80::1'],
  [`::ffff:${NINE}`, NINE],
  ['::ffff:cb00:7109', NINE],
  [`[::ffff:${NINE}]:443`, NINE],
  // No address: the nearest that is one.
  ['unknown', PEER],
  ['_hidden', PEER],
  ['unix:', PEER],
  ['999.1.1.1', PEER],
  ['010.0.0.1', PEER],
  ['0x7f.1', PEER],
  ['2130706433', PEER],
  ['203.0.113', PEER],
  [`for=${NINE}`, PEER],
  [`"${NINE}"`, PEER],
  [`http://${NINE}/`, PEER],
  [`${NINE}/32`, PEER],
  [`${NINE}:99999999`, PEER],
  ['[2001:db8::1', PEER],
  ['[]:443', PEER],
  ['%', PEER],
  ['<b>"text"</b>', PEER],
  [letters, PEER],
  [`${letters}.1.1.1:443`, PEER],
  ['', PEER],
  [' , ,,', PEER],
  // A list is read from its end, as far as proxies are trusted.
  [`${NINE}, 10.0.0.7`, NINE],
  [`${NINE}, 10.0.0.7:8080, 10.0.0.8`, NINE],
  [`${NINE},[2001:db8:f::2]:99,::ffff:10.0.0.8`, NINE],
  [`198.51.100.1, ${NINE}`, NINE],
  [`198.51.100.1, ${NINE}, 10.0.0.7`, NINE],
  [`garbage, ${NINE}`, NINE],
  [`${NINE}, garbage`, PEER],
  [`${NINE}, garbage, 10.0.0.7`, '10.0.0.7'],
  [`${NINE}, 10.0.0.7, garbage`, PEER],
  [`198.51.100.1, 10.0.1.7`, '10.0.1.7'],
  [`${NINE}, `, NINE],
  [`, ${NINE} ,, `, NINE],
  ['10.0.0.1, 10.0.0.2', '10.0.0.1'],
  [Array(1000).fill('10.0.0.7').join(), '10.0.0.7'],
  [`${NINE}${','.repeat(1000)}`, NINE],
]

for (const [forwarded, sender] of senders) {
  t.test(`X-Forwarded-For: ${forwarded.slice(0, 60)} is from ${sender}`, async () => {
    t.equal((await whoami({ 'x-forwarded-for': forwarded })).ip, sender)
  })
}

t.test('the address of the connection has one spelling, too', async (t) => {
  const connections: [string, string][] = [
    [`::ffff:${NINE}`, NINE],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
  ]
  for (const [peer, sender] of connections) t.equal((await whoami({}, peer)).ip, sender)
  t.equal((await whoami({ 'x-forwarded-for': NINE }, '::ffff:127.0.0.1')).ip, NINE, 'a trusted one is known by it')
})

const forwardedHosts: [host: string, seen: string][] = [
  ['public.example', 'public.example'],
  ['public.example:8443', 'public.example:8443'],
  ['[2001:db8::1]:8443', '[2001:db8::1]:8443'],
  ['first.example, public.example', 'public.example'],
  ['', 'real.example'],
  ['public.example, ', 'real.example'],
  ['public.example/path', 'real.example'],
  ['user@public.example', 'real.example'],
  ['public.example:port', 'real.example'],
  ['<script>', 'real.example'],
  [letters, 'real.example'],
]

for (const [forwarded, host] of forwardedHosts) {
  t.test(`X-Forwarded-Host: ${forwarded.slice(0, 60)} is the host ${host}`, async () => {
    t.equal((await whoami({ 'x-forwarded-host': forwarded })).host, host)
  })
}

const protocols: [forwarded: string, seen: string][] = [
  ['https', 'https'],
  ['HTTPS', 'https'],
  ['http', 'http'],
  ['http, https', 'https'],
  ['https, http', 'http'],
  ['', 'http'],
  ['https,', 'http'],
  ['javascript', 'http'],
  ['https://', 'http'],
  [letters, 'http'],
]

for (const [forwarded, protocol] of protocols) {
  t.test(`X-Forwarded-Proto: ${forwarded.slice(0, 60)} is ${protocol}`, async () => {
    t.equal((await whoami({ 'x-forwarded-proto': forwarded })).protocol, protocol)
  })
}

t.test('the host is taken apart as it was forwarded', async (t) => {
  t.match(await whoami({ 'x-forwarded-host': 'public.example:8443' }), { hostname: 'public.example', port: 8443 })
})

const forged = {
  'x-forwarded-for': NINE,
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'forged.example',
  forwarded: `for=${NINE};host=forged.example;proto=https`,
  'x-real-ip': NINE,
}

t.test('forwarding headers of a peer that is not trusted count for nothing, and are logged once', async (t) => {
  t.notMatch(logText(), 'TRUST_PROXY')
  for (const peer of ['10.0.1.1', '10.0.1.2', '10.0.1.1']) {
    t.match(await whoami(forged, peer), { ip: peer, protocol: 'http', host: 'real.example' })
  }
  const warnings = logText()
    .split('\n')
    .filter((line) => line.includes('TRUST_PROXY'))
  t.equal(warnings.length, 1)
  t.match(JSON.parse(warnings[0] ?? ''), { level: 40, remoteAddress: '10.0.1.1', setting: 'TRUST_PROXY' })
})

t.test('without a trusted proxy they count for nothing, whoever sends them', async (t) => {
  const open = await openApp(t, routes)
  const headers = { host: 'real.example', ...forged }
  const reply = await open.app.inject({ url: '/whoami', headers })
  t.match(reply.json(), { ip: PEER, protocol: 'http', host: 'real.example' })
  t.match(open.logText(), 'TRUST_PROXY')
})

t.test('the header Forwarded and X-Real-IP are not read, from a trusted proxy either', async (t) => {
  const { forwarded, 'x-real-ip': realIp } = forged
  t.match(await whoami({ forwarded, 'x-real-ip': realIp }), { ip: PEER, protocol: 'http', host: 'real.example' })
})

t.test('an address that the router refuses has the sender in its line, too', async (t) => {
  const { statusCode } = await app.inject({ url: '/%', headers: { 'x-forwarded-for': `${NINE}:1` } })
  t.equal(statusCode, 400)
  t.equal(requestLines().at(-1)?.remoteAddress, NINE)
})
