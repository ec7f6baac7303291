import t from 'tap'
import { parseOptions } from '../src/options.ts'

const names = ['one', 'two']

t.test('without arguments all scenarios run, with a random seed', async (t) => {
  const options = parseOptions([], names)
  t.same(options.scenarios, names)
  t.ok(Number.isInteger(options.seed))
  t.equal(options.runs, undefined)
  t.equal(options.cutSeconds, 60)
  t.same(options.topologies, ['single', 'cluster', 'sentinel'])
})

t.test('everything can be chosen', async (t) => {
  const args = ['--seed', '7', '--runs', '3', '--cut', '12', '--scenario', 'two', '--quick', '--keep']
  const chosen = { seed: 7, runs: 3, cutSeconds: 12, scenarios: ['two'], quick: true, keep: true }
  t.same(parseOptions([...args, '--topology', 'sentinel', '--topology', 'cluster'], names), {
    ...chosen,
    topologies: ['cluster', 'sentinel'],
  })
})

t.test('unknown arguments are refused with the usage', async (t) => {
  for (const args of [['--fast'], ['--seed'], ['--runs', 'many'], ['--scenario', 'three'], ['--topology', 'ring']]) {
    t.throws(() => parseOptions(args, names), /usage: .*one\|two/)
  }
})
