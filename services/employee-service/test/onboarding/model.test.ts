import { randomInt } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { eventually } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { servicePair } from '../support/service-pair.ts'
import { ACTIONS, type Action } from './model/action.ts'
import { Expected } from './model/expected.ts'
import { Person } from './model/person.ts'

const RUNS = Number(process.env.ONBOARDING_RUNS ?? 2)
const SEED = Number(process.env.ONBOARDING_SEED ?? randomInt(2 ** 31))
/** People whose lives go on side by side. */
const PEOPLE = 12
const LONGEST = 10

t.setTimeout(60_000 + RUNS * 120_000)
const pair = await servicePair(t)
let people = 0

/** Half of the actions take an invitation further, so that lives get somewhere. */
const action = fc.oneof(fc.constantFrom<Action>('invite', 'accept', 'lose'), fc.constantFrom(...ACTIONS))
const life = fc
  .array(action, { minLength: LONGEST / 2, maxLength: LONGEST })
  .map((actions): Action[] => ['hire', 'invite', ...actions])

/** After each action the services come to what the model says, whatever they do on the way. */
async function live(actions: readonly Action[]): Promise<void> {
  const name = `p${++people}`
  const [expected, person] = [new Expected(name), new Person(pair, name)]
  await person.begin()
  for (const [index, action] of actions.entries()) {
    const isMailed = action === 'accept' && expected.account?.status === 'invited' && expected.account.link
    expected.apply(action)
    // A mail takes its time.
    if (isMailed) await eventually(() => person.accept())
    else await person.apply(action)
    const accounts = Object.fromEntries([...expected.accounts].map(([address, { status }]) => [address, status]))
    const wanted = { ...expected.invitation, isLinked: expected.linked !== undefined, accounts }
    let seen: unknown
    await eventually(async () => {
      seen = await person.seen()
      return isDeepStrictEqual(seen, wanted)
    }).catch(() => {
      const story = actions.slice(0, index + 1).join(', ')
      throw new Error(`${story}:\nexpected ${JSON.stringify(wanted)}\nseen     ${JSON.stringify(seen)}`)
    })
  }
}

t.test(`invitations come to what the model says (ONBOARDING_SEED=${SEED})`, async () => {
  const lives = fc.array(life, { minLength: PEOPLE, maxLength: PEOPLE })
  const property = fc.asyncProperty(lives, async (all) => {
    const failures = (await Promise.allSettled(all.map(live))).filter(({ status }) => status === 'rejected')
    for (const failure of failures) if (failure.status === 'rejected') throw failure.reason
  })
  // Shrinking would take as long as the run for each step; the story is short.
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
})

t.end()
