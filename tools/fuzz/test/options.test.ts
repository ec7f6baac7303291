import t from 'tap'
import { parseOptions } from '../src/options.ts'

t.test('a run has 20,000 requests to both services and a seed of its own, unless told otherwise', async (t) => {
  const { requests, services, seed } = parseOptions([])
  t.equal(requests, 20_000)
  t.same(services, ['auth', 'employee'])
  t.not(seed, parseOptions([]).seed)
  t.same(parseOptions(['--requests', '5', '--seed', '7', '--service', 'employee']), {
    requests: 5,
    seed: 7,
    services: ['employee'],
    deadlineMs: 5000,
  })
})

t.test('anything else is told with the usage', async (t) => {
  for (const args of [['--requests', 'many'], ['--seed', '-1'], ['--service', 'payroll'], ['x'], ['--unknown']]) {
    t.throws(() => parseOptions(args), /usage: npm run fuzz/, args.join(' '))
  }
})
