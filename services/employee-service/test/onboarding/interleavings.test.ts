import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { employeeApp } from '../support/employee-app.ts'
import { servicePair } from '../support/service-pair.ts'
import { type Action, INTERLEAVED } from './model/action.ts'
import { faultsIn } from './model/faults.ts'
import { Person } from './model/person.ts'

const RUNS = Number(process.env.ONBOARDING_RUNS ?? 2)
const SEED = Number(process.env.ONBOARDING_SEED ?? randomInt(2 ** 31))
/** People whose lives go on side by side. */
const PEOPLE = 12
/** Callers who act on one of them at once. */
const CALLERS = 3

t.setTimeout(60_000 + RUNS * 120_000)
const pair = await servicePair(t)
const { database, config } = pair
// A second replica: both work at all jobs.
await employeeApp(t, () => config)
const jobs = `${config.database.schema}_jobs.job`
let people = 0

/** What befalls the services, whomever it hits. */
const accidents: Record<string, () => Promise<unknown>> = {
  loseAnswer: async () => {
    const reply = pair.relay.loseReply({ to: '/admin/users' })
    setTimeout(reply.cancel, 1000)
  },
  cut: async () => pair.relay.cut(),
  // A job is taken for abandoned while its worker is at it.
  double: () =>
    database.pool.query(
      `update ${jobs} set state = 'retry', start_after = now() where state = 'active' and name = 'onboarding'`,
    ),
  loseJob: () => database.pool.query(`delete from ${jobs} where state < 'active' and name = 'onboarding'`),
}

type Step = { readonly afterMs: number; readonly what: Action | string }
const pause = fc.integer({ min: 0, max: 300 })
const step = fc.record({
  afterMs: pause,
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Action>('invite', 'accept') },
    { weight: 3, arbitrary: fc.constantFrom<Action>(...INTERLEAVED) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(accidents)) },
  ),
})
const steps = fc.array(step, { minLength: 2, maxLength: 6 })
const life = fc.array(steps, { minLength: CALLERS, maxLength: CALLERS })

async function live(callers: readonly (readonly Step[])[]): Promise<Person> {
  const person = new Person(pair, `i${++people}`)
  await person.begin()
  await person.hire()
  await person.invite()
  await Promise.all(
    callers.map(async (steps) => {
      for (const { afterMs, what } of steps) {
        await sleep(afterMs)
        await (accidents[what]?.() ?? person.apply(what as Action))
      }
    }),
  )
  return person
}

/** No request is on its way any more, and whatever can be done is done. */
async function settle(): Promise<void> {
  await sleep(1000)
  await database.pool.query(`
    update onboardings set due_at = now(), attempted_at = attempted_at - interval '2 minutes'
    where state in ('pending', 'invited') or completed_at > now() - interval '5 minutes'`)
  await database.pool.query(`update ${jobs} set start_after = now() where state < 'active'`)
  await eventually(async () => {
    const { rows } = await database.pool.query(`
      select (select count(*)::int from onboardings where completed_at is null and due_at <= now())
        + (select count(*)::int from offboardings where state = 'pending') as due`)
    return rows[0].due === 0
  }, 'nothing is pending')
}

t.test(`whatever happens at once, nothing is forgotten (ONBOARDING_SEED=${SEED})`, async () => {
  const lives = fc.array(life, { minLength: PEOPLE, maxLength: PEOPLE })
  const property = fc.asyncProperty(lives, async (all) => {
    const persons = await Promise.all(all.map(live))
    await settle()
    const faults = (await Promise.all(persons.map((person, n) => faultsIn(pair, person, all[n])))).flat()
    if (faults.length > 0) throw new Error(faults.join('\n'))
  })
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
})

t.end()
