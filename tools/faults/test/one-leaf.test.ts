import t from 'tap'
import { outage, refresh, refused, signIn, violated } from './written-history.ts'

const thief = { actor: 'thief' } as const

t.test('a copy that leads on after its successor was presented is found', async (t) => {
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), refresh(300, 1, thief)), ['I-ONELEAF'])
})

t.test('a copy of what was presented last may lead on, and then only one of the two does', async (t) => {
  const robbed = [signIn(0), refresh(100, 1), refresh(3000, 1, { ...thief, received: 3 })]
  t.same(violated(...robbed), [])
  t.same(violated(...robbed, refused(3500, 2, 'token_reused')), [])
  t.same(violated(...robbed, refresh(3500, 2)), ['I-ONELEAF'], 'generation 2 was void')
})

t.test('requests under way at the same time are no proof', async (t) => {
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2, { end: 250 }), refresh(240, 1, thief)), [])
})

t.test('what the store lost it can not refuse', async (t) => {
  const lost = outage(500, 600, { lostFrom: 90 })
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), lost, refresh(700, 1, thief), refresh(800, 3)), [])
  const kept = outage(500, 600, { lostFrom: 300 })
  t.same(violated(signIn(0), refresh(100, 1), refresh(200, 2), kept, refresh(700, 1, thief), refresh(800, 3)), [
    'I-ONELEAF',
  ])
})

t.test('a refresh that moves the session on twice is found', async (t) => {
  const lost = refresh(100, 1, { unheard: true })
  t.same(violated(signIn(0), lost, refresh(500, 1)), [])
  t.same(violated(signIn(0), lost, refresh(500, 1, { received: 3 })), ['I-EXACTLYONCE'])
  t.same(violated(signIn(0), lost, refresh(2500, 1, { received: 3 })), [], 'when the grace is over')
})
