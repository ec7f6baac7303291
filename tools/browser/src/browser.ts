import { poll, type TestScope } from '@latchkey/harness'
import { type CDPSession, chromium } from 'playwright-core'
import { attach, type Devtools } from './devtools.ts'

/** What page.js records. */
export type TabRecord = {
  readonly calls: number
  readonly failures: Readonly<Record<string, number>>
  /** Reasons of sessions that ended. */
  readonly ended: readonly string[]
  /** The longest that a call took while the tab was online and not frozen. Milliseconds. */
  readonly slowest: number
  /** How often it was frozen. */
  readonly frozen: number
}

export type Tab = {
  /** Evaluates in the page, where `tab` is what page.js made. */
  run<Result>(script: string): Promise<Result>
  setFrozen(isFrozen: boolean): Promise<void>
  setOffline(isOffline: boolean): Promise<void>
  /** The page's clock goes wrong by so much from now on. */
  moveClock(ms: number): Promise<void>
}

/** A slow machine is no fault of a page. */
const PATIENCE_MS = 120_000

const MOVABLE_CLOCK = `{
  const { now } = Date
  globalThis.clockIsOffBy = 0
  globalThis.Date = class extends Date {
    constructor(...given) {
      super(...(given.length > 0 ? given : [now() + globalThis.clockIsOffBy]))
    }
    static now = () => now() + globalThis.clockIsOffBy
  }
}`

/** One browser without a window, whose tabs share their cookies. */
export async function openTabs(
  scope: TestScope,
  { program, origin, tabs: count }: { program: string; origin: string; tabs: number },
): Promise<Tab[]> {
  const isRoot = process.getuid?.() === 0
  const browser = await chromium.launch({ executablePath: program, args: isRoot ? ['--no-sandbox'] : [] })
  scope.teardown(() => browser.close())
  const session = await browser.newBrowserCDPSession()
  const { browserContextId } = await session.send('Target.createBrowserContext')
  const tabs: Tab[] = []
  for (let n = 0; n < count; n++) tabs.push(await openTab(session, browserContextId, origin))
  return tabs
}

async function openTab(browser: CDPSession, browserContextId: string, origin: string): Promise<Tab> {
  const target = { url: 'about:blank', browserContextId, background: true }
  const { targetId } = await browser.send('Target.createTarget', target)
  const devtools = await attach(browser, targetId)
  await devtools('Page.enable')
  await devtools('Network.enable')
  await devtools('Page.addScriptToEvaluateOnNewDocument', { source: MOVABLE_CLOCK })
  await devtools('Page.navigate', { url: origin })
  const tab = tabOf(devtools)
  const isLoaded = () => tab.run<boolean>('!!globalThis.tab').catch(() => false)
  if (!(await poll(isLoaded, { timeoutMs: PATIENCE_MS, intervalMs: 50 }))) throw new Error('a page did not load')
  return tab
}

type Evaluated = {
  result: { value: unknown }
  exceptionDetails?: { exception?: { description?: string }; text: string }
}

function tabOf(devtools: Devtools): Tab {
  async function run<Result>(expression: string): Promise<Result> {
    const parameters = { expression, awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails: thrown } = await devtools<Evaluated>('Runtime.evaluate', parameters)
    if (thrown) throw new Error(`in the page: ${thrown.exception?.description ?? thrown.text}`)
    return result.value as Result
  }
  return {
    run,
    setFrozen: (isFrozen) => devtools('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' }),
    setOffline: (offline) =>
      devtools('Network.emulateNetworkConditions', {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      }),
    moveClock: (ms) => run(`globalThis.clockIsOffBy = ${ms}, undefined`),
  }
}
