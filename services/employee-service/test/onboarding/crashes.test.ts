import { eventually, freePort, type RelayedChunk, type TestScope, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { servicePair } from '../support/service-pair.ts'
import { startWorker } from '../support/worker.ts'

const pair = await servicePair(t)
const { auth, mailbox, employ, accountOf, database, untilAccount } = pair
// A process can be killed.
await pair.app.close()

/** Meets the first chunk of its kind between employee-service and the others. */
let onChunk: (chunk: RelayedChunk) => Promise<void> | undefined = () => undefined
const relayTo = (name: string, url: string) => tcpRelay(t, url, { name, onChunk: (chunk) => onChunk(chunk) })
const authRelay = await relayTo('auth', auth.url)
const postgresRelay = await relayTo('postgres', pair.config.database.url)
const config = {
  ...pair.config,
  database: { ...pair.config.database, url: postgresRelay.url },
  auth: { ...pair.config.auth, baseUrl: authRelay.url },
  port: await freePort(),
}
const url = `http://127.0.0.1:${config.port}`
pair.useProcess(url)

async function start(t: TestScope) {
  const running = startWorker(config)
  t.teardown(() => running.kill())
  await eventually(
    async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200,
    'it is ready',
  )
  return running
}

type Window = {
  readonly name: string
  readonly relay: 'auth' | 'postgres'
  readonly from: RelayedChunk['from']
  readonly text: string
  /** The next one with this text on the same connection is meant. */
  readonly andThen?: string
}

const WINDOWS: readonly Window[] = [
  { name: 'before the account is asked for', relay: 'auth', from: 'client', text: 'POST /admin/users HTTP' },
  { name: 'when the account is made', relay: 'auth', from: 'server', text: 'HTTP/1.1 201' },
  {
    name: 'before the id of the account is kept',
    relay: 'postgres',
    from: 'client',
    text: '"due_at" = now() where "id" =',
  },
  { name: 'when the id of the account is kept', relay: 'auth', from: 'client', text: 'GET /admin/users/' },
  { name: 'when the acceptance is read', relay: 'auth', from: 'server', text: '"status":"active"' },
  { name: 'before the link is written', relay: 'postgres', from: 'client', text: 'update "employees" set' },
  {
    name: 'before the link is committed',
    relay: 'postgres',
    from: 'client',
    text: 'update "employees" set',
    andThen: 'commit',
  },
]

/** Resolves when the process was killed in the window. */
function killIn(window: Window, kill: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let connection: string | undefined
  onChunk = ({ relay, from, bytes, connection: own }) => {
    if (relay !== window.relay || from !== window.from) return undefined
    const isMet =
      connection === undefined
        ? bytes.includes(window.text)
        : own === connection && bytes.includes(window.andThen ?? '')
    if (!isMet) return undefined
    if (connection === undefined && window.andThen !== undefined) {
      connection = own
      return undefined
    }
    onChunk = () => undefined
    return kill().then(resolve)
  }
  return promise
}

/** As if the ten seconds had passed after which a worker is taken for dead. */
const missHeartbeats = () =>
  database.pool.query(
    `update ${config.database.schema}_jobs.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`,
  )

for (const window of WINDOWS) {
  for (const ending of ['goes on', 'leaves'] as const) {
    t.test(`killed ${window.name}; the employee ${ending}`, async (t) => {
      const first = await start(t)
      const ida = await employ()
      const killed = killIn(window, () => first.kill())
      const accepted = (async () => {
        await ida.invite().catch(() => {})
        const token = await mailbox.nextToken(ida.email).catch(() => '')
        return auth.accept(token)
      })()
      const asking = setInterval(() => void ida.invitation().catch(() => {}), 200)
      await Promise.race([killed, eventually(() => first.hasExited(), `killed ${window.name}`)])
      clearInterval(asking)
      await killed

      await start(t)
      if (ending === 'leaves') await ida.terminate()
      await missHeartbeats()
      if (ending === 'goes on') {
        const { status } = await accepted
        t.equal(status, 200)
        await ida.untilInvitation('accepted')
        const account = await accountOf(ida.email)
        t.equal((await ida.employee()).userId, account?.id)
        t.equal(account?.status, 'active')
        return
      }
      // Nothing that was asked for can be on its way any more.
      await database.pool.query(
        `update onboardings set attempted_at = now() - interval '2 minutes' where employee_id = $1`,
        [ida.id],
      )
      await ida.untilOffboarding('done')
      const account = await accountOf(ida.email)
      if (account !== undefined) await untilAccount(ida.email, 'disabled')
    })
  }
}

t.end()
