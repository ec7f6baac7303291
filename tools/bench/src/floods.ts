// What floods cost people beside them: `npm run bench:floods [-- rounds] [--service NAME] [--flood WORDS]… [--times N]`. Each round sends the
// same honest load twice, alone and beside the floods, with the service on one core; ratios are taken within a round. `--flood` sends only
// floods whose name has these words, `--times` sends N times as many. Exits with 1 when a median exceeds what we promise.
import { createHttpClient, sleep } from '@latchkey/harness'
import { floodOfSearches } from './floods/flood-of-searches.ts'
import { floodOfSignIns } from './floods/flood-of-sign-ins.ts'
import { floodOptions } from './floods/flood-options.ts'
import { type Answers, type Stream, sendAll } from './floods/open-loop.ts'
import type { Scenario, StartScenario } from './floods/scenario.ts'
import { takeCores } from './machine/cores.ts'
import { startDataServers } from './machine/data-servers.ts'
import { takePrecedence } from './machine/precedence.ts'
import { type Spread, spreadOf } from './report/statistics.ts'

const { rounds: ROUNDS, service, floods, times } = floodOptions(process.argv.slice(2))
const PHASE_MS = 12_000
const WARM_UP_MS = 4000
const PAUSE_MS = 1500

const MOST_P99_RATIO = 2
const LEAST_THROUGHPUT_RATIO = 0.9
/** Seconds, by the service's own metric, whose timer of ten milliseconds is a part of it. */
const MOST_EVENT_LOOP_DELAY = 0.02

type Phase = { readonly answers: Map<Stream, Answers>; readonly eventLoopP99: number }

const metrics = createHttpClient()

/** The 99th percentile since it was last read, in seconds. */
async function eventLoopP99(url: string): Promise<number> {
  const { text } = await metrics.request(`${url}/metrics`)
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1])
}

async function phase({ server }: Scenario, streams: readonly Stream[], ms: number): Promise<Phase> {
  await eventLoopP99(server.operationsUrl)
  const answers = await sendAll(streams, ms)
  return { answers, eventLoopP99: await eventLoopP99(server.operationsUrl) }
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const p99 = (answers: Answers): number =>
  percentile(
    answers.map(({ ms }) => ms),
    0.99,
  )
const good = (answers: Answers): number => answers.filter(({ status }) => status < 300).length

const shown = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`)

/** @returns what exceeds what we promise */
function report({ title, honest, flood }: Scenario, alone: readonly Phase[], flooded: readonly Phase[]): string[] {
  const faults: string[] = []
  console.log(`\n${title}, ${ROUNDS} rounds of ${PHASE_MS / 1000} s alone and as long beside the floods\n`)
  row(['honest', 'a second', 'p99 alone, ms', 'p99 beside, ms', 'ratio of p99', 'ratio of good answers'])
  row(Array.from({ length: 6 }, () => '---'))
  for (const stream of honest) {
    const of = (phases: readonly Phase[], value: (answers: Answers) => number): number[] =>
      phases.map(({ answers }) => value(answers.get(stream) ?? []))
    const ratios = (value: (answers: Answers) => number): Spread => {
      const before = of(alone, value)
      return spreadOf(of(flooded, value).map((each, n) => each / (before[n] ?? Number.NaN)))
    }
    const [slower, answered] = [ratios(p99), ratios(good)]
    row([
      stream.name,
      String(stream.perSecond),
      shown(spreadOf(of(alone, p99)), 1),
      shown(spreadOf(of(flooded, p99)), 1),
      shown(slower, 2),
      shown(answered, 3),
    ])
    if (!(answered.median >= LEAST_THROUGHPUT_RATIO))
      faults.push(`${stream.name}: ${answered.median} of its good answers`)
    // A password takes its turn among passwords: for sign-ins it is their number that counts.
    const isSignIn = stream.name.startsWith('sign-in')
    if (!isSignIn && !(slower.median <= MOST_P99_RATIO)) faults.push(`${stream.name}: ${slower.median} times its p99`)
  }
  console.log('')
  row(['flood', 'a second', 'answers', 'p50, ms', 'p99 of what is refused, ms'])
  row(Array.from({ length: 5 }, () => '---'))
  for (const stream of flood) {
    const all = flooded.flatMap(({ answers }) => answers.get(stream) ?? [])
    const byStatus = Object.entries(Object.groupBy(all, ({ status }) => status))
    const refused = all.filter(({ status }) => status === 429 || status === 503)
    row([
      stream.name,
      String(stream.perSecond),
      byStatus.map(([status, each]) => `${each?.length} × ${status}`).join(', '),
      percentile(
        all.map(({ ms }) => ms),
        0.5,
      ).toFixed(1),
      refused.length > 0 ? p99(refused).toFixed(1) : '',
    ])
  }
  const delay = (phases: readonly Phase[]): Spread => spreadOf(phases.map((each) => each.eventLoopP99 * 1000))
  console.log(`\nevent loop, p99 in ms: alone ${shown(delay(alone), 1)}, beside ${shown(delay(flooded), 1)}`)
  const { median } = spreadOf(flooded.map((each) => each.eventLoopP99))
  if (!(median < MOST_EVENT_LOOP_DELAY)) faults.push(`the event loop of ${title} was late by ${median} s`)
  return faults
}

/** The scenario with the floods that were asked for. */
function chosen({ flood, ...scenario }: Scenario): Scenario {
  const asked = flood.filter(({ name }) => floods.length === 0 || floods.some((words) => name.includes(words)))
  return { ...scenario, flood: asked.map((stream) => ({ ...stream, perSecond: stream.perSecond * times })) }
}

async function run(start: StartScenario): Promise<string[]> {
  const data = await startDataServers()
  try {
    const scenario = chosen(await start({ data, cores }))
    try {
      const { honest, flood } = scenario
      takePrecedence()
      const both = [...honest, ...flood]
      await sendAll(honest, WARM_UP_MS)
      await sendAll(both, WARM_UP_MS)
      const phases: { alone: Phase; flooded: Phase }[] = []
      for (let n = 0; n < ROUNDS; n++) {
        // What the flood left in queues is none of the honest load's.
        await sleep(PAUSE_MS)
        const alone = await phase(scenario, honest, PHASE_MS)
        phases.push({ alone, flooded: await phase(scenario, both, PHASE_MS) })
      }
      return report(
        scenario,
        phases.map(({ alone }) => alone),
        phases.map(({ flooded }) => flooded),
      )
    } finally {
      await scenario.close()
    }
  } finally {
    await data.stop()
  }
}

const cores = takeCores()
console.log(`Node ${process.version}, ${cores.description}`)
const faults: string[] = []
if (service !== 'employee-service') faults.push(...(await run(floodOfSignIns)))
if (service !== 'auth-service') faults.push(...(await run(floodOfSearches)))
metrics.close()
for (const fault of faults) console.log(fault)
process.exitCode = faults.length === 0 ? 0 : 1
