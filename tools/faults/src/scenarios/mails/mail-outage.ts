import { poll, sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Violation } from '../../checker/violation.ts'
import { signIn } from '../../driver/accounts.ts'
import type { Http } from '../../driver/http.ts'
import { clock, type Operation } from '../../history/history-record.ts'
import { spread } from '../../report/table.ts'
import type { Scenario } from '../scenario.ts'
import { registerAccount } from './register.ts'
import { type Replicas, startReplicas } from './replicas.ts'

const REPLICAS = 2
/** Notices to each of these are asked for while the mail server is away. */
const ACCOUNTS = 40
/** Every so many mailboxes one is refused for good, and one keeps the mail server waiting. */
const ODD_EVERY = 10
const SLOW_MS = 5000
/** Pauses between attempts end within a minute. */
const ARRIVES_WITHIN_MS = 90_000

/** The mail server is silent, then gone, for as long as `--cut` says: an hour with `--cut 3600`. */
export const mailOutage: Scenario = {
  name: 'mail-outage',
  title: 'mail server silent, then gone',
  plan: { full: { runs: 1, seconds: 1 }, quick: { runs: 1, seconds: 1 } },
  checks: DEFAULT_CHECKS,
  topologies: ['single'],

  async run({ scope, databases: { directory }, http, history, random, cutSeconds }) {
    scope.teardown(async () => http.close())
    const replicas = await startReplicas({ scope, directory, http, random, count: REPLICAS, slowMs: SLOW_MS })
    const { mailServer, mailRelays } = replicas
    const accounts: Account[] = []
    for (let number = 0; number < ACCOUNTS; number++) accounts.push(await register(replicas, number))
    // What registration itself has to send.
    await sleep(2 * SLOW_MS)

    const until = clock() + cutSeconds * 1000
    for (const relay of mailRelays) relay.hang()
    const operations: Operation[] = []
    for (const [index, account] of accounts.entries()) {
      operations.push(await changeRoles(replicas, http, account))
      if (index === ACCOUNTS / 2) for (const relay of mailRelays) await relay.refuse()
      await sleep(Math.max(0, (until - clock()) / (ACCOUNTS - index)))
    }
    const before = mailServer.mails.length
    for (const relay of mailRelays) await relay.restore()
    const restoredAt = clock()

    const arrivedAfterMs = new Map<string, number>()
    const expected = operations.filter(({ user }) => !user.startsWith('refused'))
    await poll(
      async () => {
        const arrived = new Set(mailServer.mails.slice(before).map(({ to }) => to))
        for (const { user } of expected) {
          if (arrived.has(user) && !arrivedAfterMs.has(user)) arrivedAfterMs.set(user, clock() - restoredAt)
        }
        return arrivedAfterMs.size === expected.length
      },
      { timeoutMs: ARRIVES_WITHIN_MS, intervalMs: 20 },
    )
    await sleep(6000)
    const isEmpty = await poll(async () => (await replicas.countPending()) === 0, { timeoutMs: ARRIVES_WITHIN_MS })

    for (const operation of operations) history.add(operation)
    const lost = expected.filter(({ user }) => !arrivedAfterMs.has(user))
    const held = isEmpty ? [] : operations.slice(0, 1)
    const violations = [
      ...lost.map((operation) => violation(operation, `no mail within ${ARRIVES_WITHIN_MS} ms`)),
      ...held.map((operation) => violation(operation, 'mails are still pending')),
    ]
    const times = (isOdd: boolean) =>
      [...arrivedAfterMs].filter(([to]) => to.startsWith('slow') === isOdd).map(([, ms]) => ms)
    const copies = mailServer.mails.slice(before).filter(({ to }) => arrivedAfterMs.has(to)).length
    return {
      faults: 1,
      violations,
      recoveryMs: [...arrivedAfterMs.values()],
      table: [
        `| mail server away for | mails asked for | refused mailboxes | arrived | copies | lost | arrived after: median / p99 / max | slow mailboxes |`,
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
        `| ${cutSeconds} s | ${operations.length} | ${operations.length - expected.length} | ${arrivedAfterMs.size} | ${copies} | ${lost.length} | ${spread(times(false), [0.5, 0.99, 1])} | ${spread(times(true), [0.5, 1])} |`,
      ].join('\n'),
    }
  },
}

const violation = (operation: Operation, message: string): Violation => ({ invariant: 'I-MAIL', message, operation })

type Account = { readonly id: string; readonly email: string }

function register(replicas: Replicas, number: number): Promise<Account> {
  const kind = number % ODD_EVERY === 1 ? 'refused' : number % ODD_EVERY === 2 ? 'slow' : 'quick'
  return registerAccount(replicas, kind)
}

/** Of which the owner is sent a notice. */
async function changeRoles(replicas: Replicas, http: Http, { id, email }: Account): Promise<Operation> {
  const url = replicas.url()
  const { accessToken } = await signIn(http, url, replicas.administrator)
  const start = clock()
  const { status } = await http.send(`${url}/admin/users/${id}`, {
    method: 'PATCH',
    body: { roles: ['user', 'staff'] },
    token: accessToken,
  })
  if (status !== 200) throw new Error(`a change of roles was answered ${status}`)
  return {
    kind: 'operation',
    start,
    end: clock(),
    actor: 'revoker',
    call: 'change-roles',
    server: url,
    user: email,
    status,
  }
}
