import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createChildProcesses, freePort, redisProgram, startRedis, temporaryDirectory } from '@latchkey/harness'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { becomeOlder, ownersIn } from './older-data.ts'
import { cannotPaste, runPasted } from './pasted.ts'
import { tryPermission } from './readme-permission.ts'
import { commandsIn, processesOf, rememberProcesses, runStackProcess, type StackPlace } from './running-stack.ts'

t.setTimeout(600_000)

async function freshPlace(t: Test): Promise<StackPlace> {
  const [auth, employee, authOperations, employeeOperations] = await Promise.all(
    Array.from({ length: 4 }, () => freePort()),
  )
  return {
    DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
    AUTH_PORT: String(auth),
    EMPLOYEE_PORT: String(employee),
    AUTH_OPERATIONS_PORT: String(authOperations),
    EMPLOYEE_OPERATIONS_PORT: String(employeeOperations),
  }
}

t.test('from the first start over a kill -9 to an orderly stop', async (t) => {
  const place = await freshPlace(t)
  const first = runStackProcess(t, place)
  await first.ready()
  const password = first.password()
  t.equal(first.output().split(password).length, 2, 'the first run shows the password, once')
  t.same(processesOf(place.DATA_DIR), ['auth-service', 'employee-service', 'postgres', 'redis', 'stack'])
  const mails = join(place.DATA_DIR, 'mail')
  t.match(first.output(), `mails              ${mails}`)
  const operations = [place.AUTH_OPERATIONS_PORT, place.EMPLOYEE_OPERATIONS_PORT].map(
    (port) => `http://localhost:${port}`,
  )
  t.match(first.output(), `for operators      ${operations.join('       ')} `)
  for (const url of operations) t.equal((await fetch(`${url}/metrics`)).status, 200)

  await t.test(
    'the printed commands work when pasted, and put no secret on a command line',
    { skip: cannotPaste ?? false },
    async (t) => {
      const paste = () => runPasted(t, commandsIn(first.output()), `${password}\ngrace@example.com`)
      let { output, commandLines } = paste()
      // A busy machine may answer the sign-in with 503, and without it nothing else is done.
      while (output.includes('"code":"unavailable"')) ({ output, commandLines } = paste())
      const answers = output
        .replace('E-mail address to invite: ', '')
        .split('\n')
        .filter((line) => line.startsWith('{'))
      t.match(
        answers.map((line) => JSON.parse(line)),
        [
          { user: { email: 'admin@localhost.test' } },
          {
            user: { email: 'grace@example.com', roles: ['staff'], status: 'invited' },
            invitation: { link: new RegExp(`^http://localhost:${place.AUTH_PORT}/console/accept#token=[\\w-]{43}$`) },
          },
          { firstName: 'Ada' },
          { tokenType: 'Bearer', accessToken: String },
        ],
      )
      t.equal(commandLines.length, 4)
      for (const line of commandLines) t.notMatch(line, /eyJ/)
      for (const line of commandLines) t.notOk(line.includes(password))
    },
  )

  await t.test('a second start on the same data says so in one line and exits with 1', async (t) => {
    const second = runStackProcess(t, { ...place, AUTH_PORT: String(await freePort()) })
    t.same(await second.exited, [1, null])
    t.match(second.output(), /^Latchkey runs on .* already \(process \d+\)\. .*\n$/)
  })

  await t.test('a taken port is one line, with exit code 1 and before anything was started', async (t) => {
    const other = await freshPlace(t)
    const refused = runStackProcess(t, { ...other, AUTH_PORT: place.AUTH_PORT })
    t.same(await refused.exited, [1, null])
    t.match(refused.output(), /^auth-service cannot listen on 127\.0\.0\.1, port \d+: the port is taken\. .*\n$/)
    t.notOk(existsSync(join(other.DATA_DIR, 'postgres')))

    const { DATA_DIR } = other
    const all = runStackProcess(t, { ...place, DATA_DIR })
    t.same(await all.exited, [1, null])
    t.match(
      all
        .output()
        .split('\n')
        .map((line) => line.replace(/ cannot listen .*: (\w+)=\d+ npm start$/, ' $1')),
      [
        'auth-service AUTH_PORT',
        'auth-service AUTH_OPERATIONS_PORT',
        'employee-service EMPLOYEE_PORT',
        'employee-service EMPLOYEE_OPERATIONS_PORT',
        '',
      ],
    )
  })

  const leftover = rememberProcesses(t, place.DATA_DIR)
  first.child.kill('SIGKILL')
  await first.exited

  const second = runStackProcess(t, place)
  await second.ready()
  t.same(leftover(), [], 'nothing of the killed run is left')
  t.notMatch(second.output(), /^ {2}password/m, 'the password is not shown again')
  t.match(second.output(), 'admin@localhost.test', 'the account is still known')

  await t.test(
    'a permission of one’s own goes from the scope to 200 and 403, and back, as the README shows',
    { skip: cannotPaste ?? false },
    (t) => tryPermission(t, place, password),
  )

  const running = rememberProcesses(t, place.DATA_DIR)
  t.equal(running().length, 5)
  second.child.kill('SIGTERM')
  t.same(await second.exited, [0, null])
  t.same(running(), [], 'nothing is left')

  await t.test('tables that an older version has made as the role of its service are handed over', async (t) => {
    await becomeOlder(place.DATA_DIR)
    const third = runStackProcess(t, place)
    await third.ready()
    t.match(third.output(), 'admin@localhost.test', 'the account is still known')
    t.same(await ownersIn(place.DATA_DIR), [
      { database: 'latchkey_auth', owners: ['latchkey_auth_owner'], creates: false },
      { database: 'latchkey_employee', owners: ['latchkey_employee_owner'], creates: false },
    ])
    third.child.kill('SIGTERM')
    t.same(await third.exited, [0, null])
  })
})

t.test('wrong settings of each service are one message, exit code 1, and nothing is started or written', async (t) => {
  const place = await freshPlace(t)
  const run = runStackProcess(t, { ...place, REFRESH_GRACE: 'canary', REVOCATION_MAX_STALENESS: 'canary' })
  t.same(await run.exited, [1, null])
  t.equal(
    run.output(),
    [
      'Invalid settings:',
      '  REFRESH_GRACE must be a duration like 10s, 15m, 1h or 7d',
      '  REVOCATION_MAX_STALENESS must be a duration like 10s, 15m, 1h or 7d',
      '',
    ].join('\n'),
  )
  t.notOk(existsSync(place.DATA_DIR))
})

t.test('a service that cannot start stops everything, with exit code 1', async (t) => {
  const place = await freshPlace(t)
  const directory = temporaryDirectory(t, 'stack')
  const redis = await startRedis({
    processes: createChildProcesses(),
    program: await redisProgram(t.comment),
    directory: join(directory, 'redis'),
    runDirectory: join(directory, 'run'),
    password: 'evicting',
    durable: false,
  })
  t.teardown(() => redis.stop())
  const client = new Redis(redis.url)
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
  client.disconnect()
  const run = runStackProcess(t, { ...place, REDIS_URL: redis.url })
  t.same(await run.exited, [1, null])
  t.match(run.output(), /auth-service could not start; see the reason above\.\n$/)
  const told = run
    .output()
    .split('\n')
    .filter((line) => line.includes('set EMPLOYEE_REDIS_URL'))
  t.equal(told.length, 1, 'the user of that Redis can do more than a verifier needs')
  t.same(processesOf(place.DATA_DIR), [])
})

t.test('a SIGINT while it starts leaves nothing behind', async (t) => {
  const place = await freshPlace(t)
  const run = runStackProcess(t, place)
  await new Promise<void>((resolve) => run.child.stdout?.once('data', () => resolve()))
  run.child.kill('SIGINT')
  t.same(await run.exited, [0, null])
  t.same(processesOf(place.DATA_DIR), [])
})
