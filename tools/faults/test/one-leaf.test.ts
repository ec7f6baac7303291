import t from 'tap'
import { outage, refresh, refused, signIn, violated } from './written-history.ts'

const thief = { actor: 'thief' } as const

t.test('a copy with a successor after its own successor was presented is found', async (t) => {
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), refresh(300, 1, thief)), ['I-ONELEAF'])
})

t.test('a copy of the token presented last may be continued, and then only one of the two is', async (t) => {
  const stolen = [signIn(0), refresh(100, 1), refresh(3000, 1, { ...thief, received: 3 })]
  t.same(violated(...stolen), [])
  t.same(violated(...stolen, refused(3500, 2, 'token_reused')), [])
  t.same(violated(...stolen, refresh(3500, 2)), ['I-ONELEAF'], 'generation 2 was void')
})

t.test('concurrent requests are no proof', async (t) => {
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2, { end: 250 }), refresh(240, 1, thief)), [])
})

t.test('the store cannot refuse what it lost', async (t) => {
  const lost = outage(500, 600, { lostFrom: 90 })
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), lost, refresh(700, 1, thief), refresh(800, 3)), [])
  const kept = outage(500, 600, { lostFrom: 300 })
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), kept, refresh(700, 1, thief), refresh(800, 3)), [
    'I-ONELEAF',
  ])
})

t.test('a refresh that advances the session twice is found', async (t) => {
  const lost = refresh(100, 1, { lost: true })
  t.same(violated(signIn(0), lost, refresh(500, 1)), [])
  t.same(violated(signIn(0), lost, refresh(500, 1, { received: 3 })), ['I-EXACTLYONCE'])
  t.same(violated(signIn(0), lost, refresh(2500, 1, { received: 3 })), [], 'when the grace is over')
})
