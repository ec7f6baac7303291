import t from 'tap'
import { eventually } from '../src/index.ts'

t.test('a condition is checked until it holds', async (t) => {
  let checks = 0
  t.ok(await eventually(async () => ++checks === 3, 'three checks'))
  t.equal(checks, 3)
})

t.test('an error of the condition ends the wait', async (t) => {
  const broken = (): never => {
    throw new Error('broken')
  }
  await t.rejects(eventually(broken), { message: 'broken' })
})
