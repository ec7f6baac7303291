import t from 'tap'
import { type Told, untilDecided } from '../src/index.ts'

/** Gives these answers, one after the other. */
function answering(...answers: readonly Told[]) {
  const askedAt: number[] = []
  const ask = async (): Promise<Told> => {
    askedAt.push(performance.now())
    const answer = answers[askedAt.length - 1]
    if (answer === undefined) throw new Error('asked too often')
    return answer
  }
  return { ask, askedAt }
}
const decided = (answer: ReturnType<typeof answering>) => untilDecided(answer.ask, (told) => told)

t.test('what was answered 503 is asked again, no earlier than the answer said', async (t) => {
  const busy = { status: 503, retryAfter: '1' }
  const asked = answering(busy, { status: 409, retryAfter: undefined })
  t.match(await decided(asked), { status: 409 })
  const [first = 0, second = 0] = asked.askedAt
  t.ok(second - first > 990)
})

t.test('any other answer is taken as it is', async (t) => {
  t.match(await decided(answering({ status: 429, retryAfter: '7' })), { status: 429 })
})

t.test('a 503 that does not say when to ask again is an error', async (t) => {
  await t.rejects(decided(answering({ status: 503, retryAfter: undefined })), /503 without a time/)
})
