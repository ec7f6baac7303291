import t from 'tap'
import { createRedisNodes, parseRedisUrl } from '../../src/revocations/redis-nodes.ts'

const a = 'redis://user:pass%20word@a.test:7000/0?family=6'
const b = 'rediss://:secret@b.test:7001'

t.test('each failure leads to the next address, in turn', async (t) => {
  const nodes = createRedisNodes([a, b])
  const seen = [nodes.url]
  for (const error of [new Error('ECONNREFUSED'), 'no error at all', undefined]) {
    t.notOk(nodes.moveOn(error), 'not at once')
    seen.push(nodes.url)
  }
  t.same(seen, [a, b, a, b])
})

const targets: Record<string, string> = {
  'MOVED 7233 10.0.0.7:7005': 'redis://user:pass%20word@10.0.0.7:7005/0?family=6',
  'MOVED 7233 node-7.test:7005': 'redis://user:pass%20word@node-7.test:7005/0?family=6',
  'MOVED 7233 2001:db8::7:7005': 'redis://user:pass%20word@[2001:db8::7]:7005/0?family=6',
  'MOVED 7233 :7005': 'redis://user:pass%20word@a.test:7005/0?family=6',
}
for (const [message, url] of Object.entries(targets)) {
  t.test(
    `after "${message}" of a Cluster node its target is next, at once, with the same user, password and options`,
    async (t) => {
      const nodes = createRedisNodes([a])
      t.ok(nodes.moveOn(new Error(message)))
      t.equal(nodes.url, url)
      t.notOk(nodes.moveOn(new Error('ECONNREFUSED')))
      t.equal(nodes.url, a)
    },
  )
}

t.test('nodes that redirect to each other are not followed for ever', async (t) => {
  const nodes = createRedisNodes([a, b])
  const answers = Array.from({ length: 5 }, () => nodes.moveOn(new Error('MOVED 1 c.test:7002')))
  t.ok(answers.includes(false))
})

t.test('addresses are redis or rediss URLs with commas between, and an error never shows a bad one', async (t) => {
  t.same(parseRedisUrl(`${a} , ${b}`), [a, b])
  for (const bad of ['', ',', `${a},`, 'a.test:7000', 'http://u:hunter2@a.test', 'hunter2']) {
    t.throws(() => parseRedisUrl(bad), /^(?!.*hunter2).*redis:\/\//)
  }
})
