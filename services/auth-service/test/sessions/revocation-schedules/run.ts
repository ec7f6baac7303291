import { setTimeout as sleep } from 'node:timers/promises'
import type { User } from '../../../src/users/user.ts'
import { insertAccount } from '../../../src/users/user-repository.ts'
import type { Arrangement } from './arrange.ts'
import { atEachAnswer, atEachDelay, type Observation } from './assertions/at-each-answer.ts'
import { withDelays } from './delay.ts'
import { seemsAlive } from './expected-ends.ts'
import type { History, Operation, SessionTrace } from './history.ts'
import type { Replica } from './replicas.ts'
import { refusal, runOperation, type Subject } from './run-operation.ts'
import type { Command, Schedule, Step } from './schedule.ts'

/** The run of a schedule, on a user of its own. */
export class ScheduleRun {
  readonly user: User
  readonly history: History = { operations: [], sessions: [], faults: [] }
  readonly #arrangement: Arrangement
  readonly #subject: Subject
  #clock = 0

  constructor(arrangement: Arrangement, user: User) {
    this.#arrangement = arrangement
    this.user = user
    this.#subject = { user, history: this.history, password: arrangement.firstPassword.password }
  }

  static async begin(arrangement: Arrangement): Promise<ScheduleRun> {
    const username = arrangement.newName()
    const { user } = await insertAccount(arrangement.replicas[0].db, {
      email: `${username}@example.test`,
      username,
      fullName: null,
      passwordHash: arrangement.firstPassword.hash,
      roles: ['user'],
    })
    return new ScheduleRun(arrangement, user)
  }

  async run(schedule: Schedule): Promise<void> {
    for (const batch of schedule) await Promise.all(batch.map((step) => this.#step(step)))
  }

  async #step({ command, replica, delay, pauses }: Step): Promise<void> {
    if (delay > 0) await sleep(delay)
    await this.operate(command, this.#arrangement.replicas[replica], pauses)
  }

  /** Runs a command and records the outcome. `session` replaces the one that the command counts to. */
  async operate(
    command: Command,
    replica: Replica,
    pauses: readonly number[] = [],
    session = this.#sessionOf(command),
  ): Promise<Operation> {
    const { operations, faults } = this.history
    const operation: Operation = {
      id: `#${operations.length + 1}`,
      command,
      start: ++this.#clock,
      end: Number.POSITIVE_INFINITY,
      outcome: { kind: 'skipped' },
      ...(session && { session }),
    }
    operations.push(operation)
    const outcome = await withDelays(
      pauses,
      () => this.#observeWhileDelayed(operation),
      () => runOperation(this.#arrangement, this.#subject, operation, replica),
    ).catch(refusal)
    operation.outcome = outcome
    operation.end = ++this.#clock
    faults.push(...atEachAnswer(this.history, operation, await this.#observe()))
    return operation
  }

  async #observeWhileDelayed(operation: Operation): Promise<void> {
    const known = [...this.history.sessions]
    this.history.faults.push(...atEachDelay(known, operation, await this.#observe()))
  }

  async #observe(): Promise<Observation> {
    const { replicas, verifier } = this.#arrangement
    const alive = await replicas[0].sessions.list(this.user.id)
    await verifier.catchUp()
    return { alive, verifier }
  }

  #sessionOf(command: Command): SessionTrace | undefined {
    if (!('session' in command)) return undefined
    const { alive = [], over = [] } = Object.groupBy(this.history.sessions.toReversed(), (session) =>
      seemsAlive(this.history, session) ? 'alive' : 'over',
    )
    return [...alive, ...over].at(command.session % this.history.sessions.length)
  }
}
