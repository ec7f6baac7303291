import { poll, type Random, sleep } from '@latchkey/harness'
import { type AuthService, GRACE_MS, TOKEN_LIFE_MS } from './auth-service.ts'
import type { Tab, TabRecord } from './browser.ts'
import type { Network } from './network.ts'

const DAY_MS = 24 * 3_600_000
/** Between two times offline. */
const ONLINE_MS = 5 * TOKEN_LIFE_MS
/** Longer than the life of a token, and than ten times the grace. */
const OFFLINE_MS = 11 * GRACE_MS
const FROZEN_MS = 2 * TOKEN_LIFE_MS
const FROZEN_TABS = 4
const PATIENCE_MS = 120_000
const ACCOUNT = JSON.stringify({ email: 'ada@example.test', username: 'ada', password: 'violet-harbour-sings-7' })

export type Report = {
  readonly expiries: number
  readonly refreshes: number
  readonly calls: number
  /** By status or code of an error. */
  readonly failures: Readonly<Record<string, number>>
  /** Reasons of sessions that ended, of all tabs. */
  readonly ended: readonly string[]
  readonly slowestMs: number
  /** How often a tab noticed that it was frozen. */
  readonly frozen: number
  /** What is left in the page at the end: tokens in storages, cookies that scripts read. */
  readonly leftInPage: string
  /** How many tabs are signed in at the end. */
  readonly signedIn: number
}

type World = {
  readonly auth: AuthService
  readonly network: Network
  readonly tabs: readonly Tab[]
  readonly random: Random
}

/** Has all tabs call all the time while everything goes wrong that may. */
export async function torture({ auth, network, tabs, random }: World, expiries: number): Promise<Report> {
  const [first] = tabs
  if (first === undefined) throw new Error('no tab')
  // A service that has just started may be busy.
  const hasRegistered = () => first.run<boolean>(`tab.client.register(${ACCOUNT}).then(() => true, () => false)`)
  if (!(await poll(hasRegistered, { timeoutMs: PATIENCE_MS, intervalMs: 500 }))) throw new Error('nobody can register')
  for (const tab of tabs) await tab.run('tab.callForEver(), undefined')

  network.isFaulty = true
  const before = await auth.countRefreshes()
  let onlineMs = 0
  let timesOffline = 0
  for (let leftMs = expiries * TOKEN_LIFE_MS; leftMs > 0; ) {
    const phaseMs = Math.min(leftMs, ONLINE_MS)
    leftMs -= phaseMs
    onlineMs += await inTime(phaseMs, async () => {
      for (const tab of pickSome(tabs, 10, random)) await tab.moveClock(random.between(-400, 400) * DAY_MS)
      const frozen = pickSome(tabs, FROZEN_TABS, random)
      for (const tab of frozen) await tab.setFrozen(true)
      await sleep(Math.min(FROZEN_MS, phaseMs / 2))
      for (const tab of frozen) await tab.setFrozen(false)
    })
    await Promise.all(tabs.map((tab) => tab.setOffline(true)))
    await sleep(OFFLINE_MS)
    timesOffline++
    await Promise.all(tabs.map((tab) => tab.setOffline(false)))
  }
  onlineMs += await inTime(TOKEN_LIFE_MS, async () => {})
  const refreshes = (await auth.countRefreshes()) - before

  network.isFaulty = false
  for (const tab of tabs) await tab.run('tab.stop()')
  const records = await Promise.all(tabs.map((tab) => tab.run<TabRecord>('tab.record')))
  const last = await Promise.all(tabs.map((tab) => tab.run('tab.call()')))
  const failures: Record<string, number> = {}
  for (const record of records) {
    for (const [outcome, count] of Object.entries(record.failures)) failures[outcome] = (failures[outcome] ?? 0) + count
  }
  return {
    // While offline nobody can refresh: a token expires once.
    expiries: onlineMs / TOKEN_LIFE_MS + timesOffline,
    refreshes,
    calls: records.reduce((sum, { calls }) => sum + calls, 0),
    failures,
    ended: records.flatMap(({ ended }) => ended),
    frozen: records.reduce((sum, { frozen }) => sum + frozen, 0),
    slowestMs: Math.max(...records.map(({ slowest }) => slowest)),
    leftInPage: await first.run(
      `indexedDB.databases().then((names) => document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage) + names)`,
    ),
    signedIn: last.filter((status) => status === 200).length,
  }
}

/** Does something and waits for the rest of the time. @returns how long it really took */
async function inTime(ms: number, work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  await sleep(Math.max(0, startedAt + ms - performance.now()))
  return performance.now() - startedAt
}

function pickSome(tabs: readonly Tab[], count: number, random: Random): Tab[] {
  const left = [...tabs]
  return Array.from({ length: count }, () => left.splice(random.integer(0, left.length - 1), 1)).flat()
}
