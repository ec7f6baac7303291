import { createRandom, type TestScope } from '@latchkey/harness'
import { createCallers, OWN_ROLE } from './callers/create-callers.ts'
import { unknownOperations } from './callers/needed-scopes.ts'
import type { ServiceName } from './document/operation.ts'
import { readDocument } from './document/read-document.ts'
import { createValidators } from './document/validators.ts'
import { createCoverage, shuffled } from './oracle/coverage.ts'
import { judge } from './oracle/judge.ts'
import { count, newStatistics, type Statistics, type Told } from './oracle/statistics.ts'
import { createAsk, type Exchange } from './requests/ask.ts'
import { toCurl } from './requests/call.ts'
import { type Composed, createComposer } from './requests/compose.ts'
import { createDrafts } from './requests/draft.ts'
import { shrink } from './requests/shrink.ts'
import { createTransport } from './requests/transport.ts'
import { createValues } from './values/values.ts'
import { createGuardian } from './world/guardian.ts'
import type { LogWatch } from './world/log-watch.ts'
import { createPool } from './world/pool.ts'
import { CLIENTS, GUARDIAN, type Services } from './world/services.ts'
import { createWorld } from './world/world.ts'

export type RunOptions = {
  readonly seed: number
  readonly requests: number
  /** Whose operations are called; those of the others only to arrange something. */
  readonly services: readonly ServiceName[]
  /** How long an answer may take before there is none. */
  readonly deadlineMs: number
  /** Ends the run early; what it has found by then is told. */
  readonly signal?: AbortSignal
  /** The same at the first finding of this kind. */
  readonly stopAt?: string
}

export type Report = {
  readonly statistics: Statistics
  readonly findings: readonly Told[]
  /** What the run was to do, and how much of it. */
  readonly goals: { readonly total: number; readonly requests: number; readonly unmet: readonly string[] }
  readonly operations: number
  readonly logs: LogWatch
  readonly rejections: readonly unknown[]
  /** What could not be arranged. */
  readonly trouble: readonly string[]
  readonly isReady: boolean
  /** For a shell, as long as the services run. */
  curl(told: Told): string
}

/** How often each goal is tried before the run goes on without it, and how much of the run goals may take. */
const TRIES = 12
const SHARE_OF_GOALS = 0.9

/** Sends requests until so many are sent, and judges every answer. */
export async function run(scope: TestScope, services: Services, options: RunOptions): Promise<Report> {
  const random = createRandom(options.seed)
  const { urls, documents, logs, mailbox } = services
  const operations = [...readDocument('auth', documents.auth), ...readDocument('employee', documents.employee)]
  const shared = new Set(['GET /openapi.json', 'GET /metrics', 'GET /health/live', 'GET /health/ready'])
  const byKey = new Map(operations.filter(({ key }) => !shared.has(key)).map((operation) => [operation.key, operation]))
  const unknown = unknownOperations(new Set(byKey.keys()))
  if (unknown.length > 0) throw new Error(`no document has ${unknown.join(', ')}`)
  const validators = { auth: createValidators(documents.auth), employee: createValidators(documents.employee) }
  const values = { auth: createValues(random, validators.auth), employee: createValues(random, validators.employee) }
  const transport = createTransport(urls, options.deadlineMs)
  scope.teardown(async () => transport.close())

  const statistics = newStatistics()
  const findings = new Map<string, Told>()
  const pool = createPool(random)
  let record: ReturnType<typeof createCoverage>['record'] = () => {}

  const trouble: string[] = []
  const rejections: unknown[] = []
  let hasFound = false
  const onRejection = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', onRejection)

  const exchange: Exchange = async (call, intent) => {
    const outcome = await transport.send(call)
    count(statistics, intent, outcome)
    const where = intent.operation?.key ?? `${call.method} ${call.target.slice(0, 80)}`
    const isAnswer = 'status' in outcome
    const found = isAnswer
      ? judge(call, outcome, intent, validators[call.service])
      : failureOf(call.raw !== undefined, outcome)
    for (const { kind, detail } of found) {
      const known = findings.get(`${kind} at ${where}`)
      const smaller =
        known?.call ??
        (await shrink(call, transport.send, (smaller, answer) =>
          judge(smaller, answer, intent, validators[call.service]).some((each) => each.kind === kind),
        ))
      findings.set(`${kind} at ${where}`, {
        kind,
        detail,
        where,
        count: (known?.count ?? 0) + 1,
        call: smaller,
        notes: known?.notes ?? intent.notes,
      })
      if (kind === options.stopAt) hasFound = true
    }
    record(intent, isAnswer ? outcome.status : undefined)
    if (!isAnswer) return undefined
    if (intent.operation && outcome.status < 300) pool.learn(intent.operation.key, outcome.json)
    return outcome
  }

  const ask = createAsk({ operations: byKey, random, exchange })
  const guardian = createGuardian(ask)
  const callers = await createCallers({ random, ask, guardian, suffix: String(options.seed) })
  const world = await createWorld({ random, ask, guardian, mailbox, employees: services.employees })
  scope.teardown(() => world.close())
  const { user } = (await guardian.ask('GET /auth/me')).json as { user: { id: string } }
  const protectedIds = callers.protectedIds.add(user.id).add(GUARDIAN.email).add(OWN_ROLE.name)
  for (const name of [...OWN_ROLE.scopes, ...Object.keys(CLIENTS)]) protectedIds.add(name)

  const everybody = await Promise.all(callers.names.map((name) => callers.find(name)))
  const called = operations.filter(({ service }) => options.services.includes(service))
  const coverage = createCoverage(called, everybody, ({ service }) => values[service])
  record = coverage.record

  const { accessToken: revokedToken } = await world.newPerson()
  await ask('POST /auth/logout-all', { token: revokedToken })
  const drafts = {
    auth: createDrafts({ random, values: values.auth, pool, protectedIds }),
    employee: createDrafts({ random, values: values.employee, pool, protectedIds }),
  }
  const { forGoal, atRandom } = createComposer({
    random,
    callers,
    world,
    draft: (wish) => drafts[wish.operation.service](wish),
    sign: services.sign,
    revokedToken,
  })

  async function perform({ call, intent, after }: Composed): Promise<void> {
    const answer = await exchange(call, intent)
    if (answer === undefined) return callers.suspect(intent.caller)
    const isSuccess = answer.status < 300
    if (isSuccess) after?.()
    // Whatever changes an account may have ended its sessions.
    const mayHaveEnded = isSuccess && call.method !== 'GET' && call.target.startsWith('/auth/')
    if (mayHaveEnded || (answer.status === 401 && intent.credential === 'live')) callers.suspect(intent.caller)
  }

  /** What a request is about may not come about: others are tried, and what stays undone is an unmet goal. */
  async function attempt(compose: () => Promise<Composed>): Promise<void> {
    const before = statistics.requests
    try {
      await perform(await compose())
    } catch (error) {
      trouble.push(String(error))
      // A run in which nothing can be arranged ends.
      if (statistics.requests === before) throw error
    }
  }

  const isOver = (share: number): boolean =>
    hasFound || options.signal?.aborted === true || statistics.requests >= options.requests * share
  for (let tries = 0; tries < TRIES; tries++) {
    for (const goal of shuffled(coverage.unmet(), random)) {
      if (isOver(SHARE_OF_GOALS)) break
      if (coverage.isUnmet(goal)) await attempt(() => forGoal(goal, coverage.unsent(goal.operation)))
    }
  }
  const { requests: requestsOfGoals } = statistics
  while (!isOver(1)) await attempt(() => atRandom(random.pick(called)))

  process.off('unhandledRejection', onRejection)
  const ready = await Promise.all(options.services.map((service) => fetch(`${urls[service]}/health/ready`)))
  return {
    statistics,
    findings: [...findings.values()],
    goals: { total: coverage.total, requests: requestsOfGoals, unmet: coverage.unmet().map(({ key }) => key) },
    operations: called.length,
    logs,
    rejections,
    trouble,
    isReady: ready.every(({ status }) => status === 200),
    curl: ({ call }) => toCurl(call, urls[call.service]),
  }
}

function failureOf(isRaw: boolean, { failure, reason }: { failure: 'hang' | 'broken'; reason: string }) {
  // What makes no sense as HTTP may be closed without an answer.
  return failure === 'broken' && isRaw ? [] : [{ kind: failure, detail: reason }]
}
