import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { changeKeys } from './running-keys.ts'
import { admin, processesOf, runStackProcess } from './running-stack.ts'

t.setTimeout(600_000)

// The same system for the commands of `npm run keys`: to start one takes long.
t.test('commands find the databases of `npm start`, while it runs and when it does not', async (t) => {
  const place = {
    DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
    AUTH_PORT: String(await freePort()),
    EMPLOYEE_PORT: String(await freePort()),
  }
  // Another terminal knows the directory, and not the ports.
  const elsewhere = { DATA_DIR: place.DATA_DIR }
  const link = new RegExp(`^http://localhost:${place.AUTH_PORT}/console/reset#token=[\\w-]{43}\n$`)
  const email = 'admin@localhost.test'

  await t.test('before the first start there is no database, and none is made', async (t) => {
    t.match(admin(place, 'verify-all'), { code: 1, noted: /^There is no database in .* `npm start` first/ })
    t.notOk(existsSync(place.DATA_DIR))
    t.match(admin(place), { code: 0, printed: /reset-password EMAIL/ })
    t.match(admin({ ...place, AUTH_PORT: 'canary' }, 'verify-all'), {
      code: 1,
      noted: /^Invalid settings:\n {2}AUTH_PORT/,
    })
  })

  const stack = runStackProcess(t, place)
  await stack.ready()

  await t.test('while it runs', async (t) => {
    const running = processesOf(place.DATA_DIR)
    t.match(admin(place, 'reset-password', email), { code: 0, printed: link })
    t.match(admin(elsewhere, 'reset-password', email), { code: 0, printed: link })
    const PUBLIC_URL = 'https://id.example.test'
    t.match(admin({ ...elsewhere, PUBLIC_URL }, 'reset-password', email), {
      code: 0,
      printed: /^https:\/\/id\.example\.test\/console\/reset#token=/,
    })
    t.match(admin(place, 'grant-role', 'staff', '--linked'), { code: 0, printed: '', noted: /Got the role staff: 0/ })
    t.match(admin(place, 'verify-all'), { code: 0, noted: /from now on: 0\./ })
    t.same(processesOf(place.DATA_DIR), running)
  })

  await t.test('HS256: a change of keys passes unnoticed, and a leaked key is refused', (t) =>
    changeKeys(t, { place, password: stack.password(), ring: 'access-token-secret' }),
  )

  stack.child.kill('SIGTERM')
  t.same(await stack.exited, [0, null])

  await t.test('while it does not run: its servers run for as long as the command', async (t) => {
    t.match(admin(elsewhere, 'reset-password', email), {
      code: 0,
      printed: link,
      noted: /opens once `npm start` runs again/,
    })
    t.match(admin(place, 'grant-role', 'staff', '--linked'), { code: 0, noted: /Got the role staff: 0/ })
    t.match(admin(place, 'reset-password', 'x@example.test'), { code: 1, printed: '' })
    t.same(processesOf(place.DATA_DIR), [])
  })

  await t.test('a database that the environment names is the one', async (t) => {
    const otherDatabase = { ...place, DATABASE_URL: 'postgres://127.0.0.1:1/x' }
    t.match(admin(otherDatabase, 'verify-all'), { code: 1, noted: /^Postgres does not answer/ })
    t.same(processesOf(place.DATA_DIR), [])
  })
})
