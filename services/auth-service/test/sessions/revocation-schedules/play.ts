import { setTimeout as sleep } from 'node:timers/promises'
import type { User } from '../../../src/users/user.ts'
import { insertAccount } from '../../../src/users/user-repository.ts'
import { atEachAnswer, atEachPause, type Sight } from './at-each-answer.ts'
import { seemsAlive } from './ends.ts'
import { hesitating } from './hesitation.ts'
import type { History, Operation, SessionTrace } from './history.ts'
import { perform, refusal, type Subject } from './perform.ts'
import type { Replica } from './replicas.ts'
import type { Command, Schedule, Step } from './schedule.ts'
import type { Stage } from './stage.ts'

/** A schedule being played on a user of its own. */
export class Play {
  readonly user: User
  readonly history: History = { operations: [], sessions: [], faults: [] }
  readonly #stage: Stage
  readonly #subject: Subject
  #clock = 0

  constructor(stage: Stage, user: User) {
    this.#stage = stage
    this.user = user
    this.#subject = { user, history: this.history, password: stage.firstPassword.password }
  }

  static async begin(stage: Stage): Promise<Play> {
    const username = stage.newName()
    const { user } = await insertAccount(stage.replicas[0].db, {
      email: `${username}@example.test`,
      username,
      fullName: null,
      passwordHash: stage.firstPassword.hash,
      roles: ['user'],
    })
    return new Play(stage, user)
  }

  async run(schedule: Schedule): Promise<void> {
    for (const batch of schedule) await Promise.all(batch.map((step) => this.#step(step)))
  }

  async #step({ command, replica, delay, pauses }: Step): Promise<void> {
    if (delay > 0) await sleep(delay)
    await this.operate(command, this.#stage.replicas[replica], pauses)
  }

  /** Does it and writes down what came of it. `session` in place of the one that the command counts to. */
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
    const outcome = await hesitating(
      pauses,
      () => this.#lookWhilePausing(operation),
      () => perform(this.#stage, this.#subject, operation, replica),
    ).catch(refusal)
    operation.outcome = outcome
    operation.end = ++this.#clock
    faults.push(...atEachAnswer(this.history, operation, await this.#lookAround()))
    return operation
  }

  async #lookWhilePausing(operation: Operation): Promise<void> {
    const known = [...this.history.sessions]
    this.history.faults.push(...atEachPause(known, operation, await this.#lookAround()))
  }

  async #lookAround(): Promise<Sight> {
    const { replicas, verifier } = this.#stage
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
