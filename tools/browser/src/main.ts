import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createRandom, createScope, type Scope } from '@latchkey/harness'
import { browserProgram, startTestServers } from '@latchkey/test-kit'
import { buildPublished } from '../../../scripts/build-published.ts'
import { startAuthService } from './auth-service.ts'
import { openTabs } from './browser.ts'
import { type Network, startNetwork } from './network.ts'
import { type Options, parseOptions } from './options.ts'
import { type Report, torture } from './run.ts'
import { servePage } from './serve-page.ts'

// `npm run test:browser`: the client as it is published, in twenty tabs of a real browser, behind a network that loses answers and fails.

const TABS = 20
const MOST_REFRESHES_PER_EXPIRY = 1.3
/** Within so much of being online a call settles. Milliseconds. */
const SETTLED_WITHIN_MS = 3000

/** Another origin, to which no token may get. */
async function startForeign(scope: Scope): Promise<{ url: string; authorizations: (string | undefined)[] }> {
  const authorizations: (string | undefined)[] = []
  const server = createServer(({ method, headers }, response) => {
    if (method !== 'OPTIONS') authorizations.push(headers.authorization)
    const allowed = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' }
    response.writeHead(200, allowed).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.teardown(async () => void server.close())
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, authorizations }
}

async function run(scope: Scope, { expiries, seed }: Options, program: string): Promise<boolean> {
  const random = createRandom(seed)
  await buildPublished(join(import.meta.dirname, '../../../packages/client'))
  const servers = await startTestServers()
  scope.teardown(() => servers.stop())
  Object.assign(process.env, servers.environment)
  const auth = await startAuthService(scope)
  const foreign = await startForeign(scope)
  const network = await startNetwork(scope, {
    target: auth.url,
    random: random.fork('network'),
    page: servePage(foreign.url),
  })
  const tabs = await openTabs(scope, { program, origin: network.origin, tabs: TABS })
  const report = await torture({ auth, network, tabs, random: random.fork('tabs') }, expiries)
  await tabs[0]?.run(`tab.client.fetch('/away').then(() => undefined, () => undefined)`)
  return print(report, network, foreign.authorizations)
}

function print(report: Report, { failed }: Pick<Network, 'failed'>, sentElsewhere: (string | undefined)[]): boolean {
  const { expiries, refreshes, calls, failures, ended, slowestMs, frozen, leftInPage, signedIn } = report
  const ratio = refreshes / expiries
  console.log(
    `${TABS} tabs, ${expiries.toFixed(1)} expiries, ${calls} calls, ${failed.gateway} answered 502, ${failed.lost} answers lost, ${frozen} times frozen`,
  )
  console.log(`calls that did not end in 200: ${JSON.stringify(failures)}`)
  const checks: [what: string, isMet: boolean, found: unknown][] = [
    ['sign-outs: none', ended.length === 0, ended.length === 0 ? 0 : ended.join(' ')],
    ['tabs that are signed in at the end: all', signedIn === TABS, signedIn],
    [
      `refreshes per expiry: at most ${MOST_REFRESHES_PER_EXPIRY}`,
      ratio <= MOST_REFRESHES_PER_EXPIRY,
      `${ratio.toFixed(2)} (${refreshes})`,
    ],
    [`the slowest call while online: ${SETTLED_WITHIN_MS} ms`, slowestMs <= SETTLED_WITHIN_MS, Math.round(slowestMs)],
    ['in storages, and in cookies that scripts read: nothing', leftInPage === '', JSON.stringify(leftInPage)],
    [
      'tokens sent to another origin: none',
      sentElsewhere.length === 1 && sentElsewhere[0] === undefined,
      sentElsewhere.filter(Boolean).length,
    ],
  ]
  for (const [what, isMet, found] of checks) console.log(`${isMet ? '✓' : '✗'} ${what}: ${found}`)
  return checks.every(([, isMet]) => isMet)
}

let options: Options
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
console.log(`seed ${options.seed}`)
const found = await browserProgram()
if ('missing' in found) {
  console.error(found.missing)
  process.exit(1)
}
const scope = createScope()
let isMet = false
try {
  isMet = await run(scope, options, found.program)
} catch (error) {
  console.error(error)
} finally {
  await scope.close()
}
process.exit(isMet ? 0 : 1)
