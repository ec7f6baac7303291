import t from 'tap'
import { slotOf, tagOf } from '../../src/redis/key-slot.ts'

t.test('keys lie in the slots that the specification of Redis Cluster gives them', async (t) => {
  t.equal(slotOf('123456789'), 0x31c3)
  t.equal(slotOf('{user1000}.following'), slotOf('user1000'))
  t.equal(slotOf('foo{}{bar}'), slotOf('foo{}{bar}'), 'an empty tag is none')
  t.not(slotOf('foo{}{bar}'), slotOf('bar'))
  t.equal(slotOf('foo{{bar}}zap'), slotOf('{bar'))
  t.equal(slotOf('foo{bar}{zap}'), slotOf('bar'))
})

t.test('every slot has a tag', async (t) => {
  for (const slot of [0, 1, 5461, 10_922, 16_383]) t.equal(slotOf(`fence:{${tagOf(slot)}}`), slot)
})
