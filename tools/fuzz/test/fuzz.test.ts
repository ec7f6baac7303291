import { randomInt } from 'node:crypto'
import { Client } from 'pg'
import t from 'tap'
import { run } from '../src/run.ts'
import { startServices } from '../src/world/services.ts'

const seed = Number(process.env.FUZZ_SEED ?? randomInt(1_000_000_000))
const requests = Number(process.env.FUZZ_REQUESTS ?? 2000)
// Two thousand requests take a minute, on a loaded machine several.
t.setTimeout(900_000)
const services = await startServices(t)
// A loaded machine is slow: what is no hang within half a minute is none.
const deadlineMs = 30_000

t.test(`no request brings about what an answer must never be (FUZZ_SEED=${seed})`, async (t) => {
  const { statistics, findings, goals, logs, rejections, isReady, curl } = await run(t, services, {
    seed,
    requests,
    services: ['auth', 'employee'],
    deadlineMs,
  })

  t.same(
    findings.map((each) => `${each.kind} at ${each.where}: ${each.detail}\n${curl(each)}`),
    [],
  )
  t.notOk(statistics.byClass.hang, 'no answer is missing')
  t.same(logs.errors, [], 'no line of the log has the level of an error')
  t.same(logs.leaks, [], 'no line of the log holds a password or a token')
  t.same(rejections, [])
  t.ok(isReady, 'both services are ready at the end')

  t.same(goals.unmet, [], 'each operation, caller, member and header had its turn')
  t.ok(statistics.requests >= requests)
  t.ok(statistics.authenticated >= 0.3 * statistics.requests, `${statistics.authenticated} requests are authenticated`)
  t.ok(statistics.mutatedTokens > 0.02 * statistics.requests, `${statistics.mutatedTokens} have a mutated token`)
})

t.test(`a failure that one rare value causes is found, and told with that value (FUZZ_SEED=${seed})`, async (t) => {
  const { databaseUrl, schema } = services.employees
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  t.teardown(() => database.end())
  await database.query(`
    create function ${schema}.fail_at_longest_title() returns trigger language plpgsql as $$
    begin
      if length(new.job_title) = 200 then raise exception 'planted'; end if;
      return new;
    end $$;
    create trigger planted before insert or update on ${schema}.employees
      for each row execute function ${schema}.fail_at_longest_title();
  `)

  const { findings, curl } = await run(t, services, {
    seed: seed + 1,
    // Ends at the first finding, which takes some hundred; the value is rare.
    requests: 10_000,
    services: ['employee'],
    deadlineMs,
    stopAt: 'status 500',
  })
  const found = findings.filter(({ kind }) => kind === 'status 500')
  t.ok(found.length > 0)
  for (const each of found) t.match(curl(each), /employees.*jobTitle|text\/csv/)
})
