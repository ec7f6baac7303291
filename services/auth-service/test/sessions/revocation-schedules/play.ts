import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessTokenClaims, RefreshTokenClaims } from '@latchkey/access-token'
import type { EndReason, SessionKey } from '../../../src/sessions/session.ts'
import type { Grant } from '../../../src/sessions/session-service.ts'
import { findAccountByName, insertAccount } from '../../../src/users/user-repository.ts'
import type { Account } from '../../../src/users/user-table.ts'
import { atEachAnswer, atEachPause } from './at-each-answer.ts'
import { seemsAlive } from './ends.ts'
import { hesitating } from './hesitation.ts'
import type { History, Operation, Outcome, SessionTrace } from './history.ts'
import type { Replica } from './replicas.ts'
import type { Command, Schedule, Step } from './schedule.ts'
import type { VerifierView } from './verifier-view.ts'

/** What schedules are played on. All of it is shared: every schedule has a user of its own. */
export type Stage = {
  readonly replicas: readonly [Replica, Replica]
  readonly verifier: VerifierView
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
  readonly verifyRefreshToken: (token: string) => RefreshTokenClaims
  readonly signRefreshToken: (claims: RefreshTokenClaims) => string
  /** A user name that no schedule had yet. */
  readonly newName: () => string
  readonly newPassword: () => string
  readonly firstPassword: { readonly password: string; readonly hash: string }
}

/** One user and the clients on its devices, who remember what they were handed out. */
export class Play {
  readonly account: Account
  readonly history: History = { operations: [], sessions: [], faults: [] }
  readonly #stage: Stage
  #password: string
  #clock = 0

  constructor(stage: Stage, account: Account) {
    this.#stage = stage
    this.account = account
    this.#password = stage.firstPassword.password
  }

  static async begin(stage: Stage): Promise<Play> {
    const username = stage.newName()
    const account = await insertAccount(stage.replicas[0].db, {
      email: `${username}@example.test`,
      username,
      fullName: null,
      passwordHash: stage.firstPassword.hash,
      roles: ['user'],
    })
    return new Play(stage, account)
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
    const id = `#${operations.length + 1}`
    const operation: Operation = {
      id,
      command,
      start: ++this.#clock,
      end: Number.POSITIVE_INFINITY,
      outcome: { kind: 'skipped' },
    }
    if (session) operation.session = session
    operations.push(operation)
    const outcome = await hesitating(
      pauses,
      () => this.#lookAround(operation),
      () => this.#perform(operation, replica),
    ).catch(refusal)
    operation.outcome = outcome
    operation.end = ++this.#clock
    await this.#stage.verifier.catchUp()
    faults.push(...atEachAnswer(this.history, operation, this.#stage.verifier))
    return operation
  }

  async #lookAround(operation: Operation): Promise<void> {
    const { replicas, verifier } = this.#stage
    const known = { ...this.history, sessions: [...this.history.sessions] }
    const alive = await replicas[0].sessions.list(this.account.user.id)
    await verifier.catchUp()
    this.history.faults.push(...atEachPause(known, operation, alive, verifier))
  }

  #sessionOf(command: Command): SessionTrace | undefined {
    if (!('session' in command)) return undefined
    const { alive = [], over = [] } = Object.groupBy(this.history.sessions.toReversed(), (session) =>
      seemsAlive(this.history, session) ? 'alive' : 'over',
    )
    return [...alive, ...over].at(command.session % this.history.sessions.length)
  }

  async #perform(operation: Operation, replica: Replica): Promise<Outcome> {
    const { command, session } = operation
    const { sessions, accounts, administration, store } = replica
    const userId = this.account.user.id
    const origin = { actorId: userId, ip: '192.0.2.1', requestId: operation.id }
    const client = { ...origin, actorId: null, userAgent: 'schedule' }

    switch (command.kind) {
      case 'sign_in': {
        const account = await findAccountByName(replica.db, { username: this.account.user.username })
        if (!account) throw new Error('the account is gone')
        await sleep(command.hashing)
        const device = { deviceId: `device-${command.device}`, deviceName: 'a device', delivery: 'body' as const }
        const grant = await sessions.signIn(account, { ...device, client })
        return this.#keepNew(operation, grant, account)
      }
      case 'refresh': {
        if (!session) return { kind: 'skipped' }
        return this.#keep(
          operation,
          session,
          await sessions.refresh(this.#present(operation, session, command.token), client),
        )
      }
      case 'steal': {
        if (!session) return { kind: 'skipped' }
        const copy = { ...this.#stage.verifyRefreshToken(session.refreshTokens.get(1) ?? ''), gen: 0 }
        operation.presented = 0
        return this.#keep(operation, session, await sessions.refresh(this.#stage.signRefreshToken(copy), client))
      }
      case 'look': {
        if (!session) return { kind: 'skipped' }
        const live = await store.findLive(this.#keyOf(session))
        if (!live) return { kind: 'refused', code: 'token_revoked' }
        return { kind: 'seen', user: live.snapshot.user, tokenVersion: live.snapshot.tokenVersion }
      }
      case 'sign_out': {
        if (!session) return { kind: 'skipped' }
        await sessions.signOut(this.#present(operation, session, command.token), origin)
        return { kind: 'done' }
      }
      case 'revoke':
        await sessions.revoke(userId, `device-${command.device}`, command.reason, origin)
        return { kind: 'done' }
      case 'revoke_all':
        await sessions.revokeAll(userId, command.reason, origin)
        return { kind: 'done' }
      case 'change_password': {
        // As every call under an access token: whoever asks is signed in.
        if (!session || !(await store.findLive(this.#keyOf(session)))) return { kind: 'skipped' }
        const newPassword = this.#stage.newPassword()
        const change = { currentPassword: this.#password, newPassword }
        await accounts.changePassword(this.#keyOf(session), change, origin)
        this.#password = newPassword
        return { kind: 'done' }
      }
      case 'set_status':
        await administration.change(userId, { status: command.status }, origin)
        return { kind: 'done' }
      case 'rename': {
        const change = { fullName: operation.id }
        if (command.by === 'owner') await accounts.changeProfile(userId, change, origin)
        else await administration.change(userId, change, origin)
        return { kind: 'done' }
      }
    }
  }

  #keyOf({ deviceId, sid }: SessionTrace): SessionKey {
    return { userId: this.account.user.id, deviceId, sid }
  }

  /** The newest refresh token of the session, or one so many before it. */
  #present(operation: Operation, { refreshTokens }: SessionTrace, back: number): string {
    const generations = [...refreshTokens.keys()].sort((a, b) => b - a)
    const generation = generations[Math.min(back, generations.length - 1)] ?? 0
    operation.presented = generation
    return refreshTokens.get(generation) ?? ''
  }

  #keepNew(signIn: Operation, grant: Grant, account: Account): Outcome {
    const { sessions } = this.history
    const session: SessionTrace = {
      number: sessions.length + 1,
      sid: this.#stage.verifyRefreshToken(grant.refreshToken).sid,
      deviceId: grant.device.id,
      signIn,
      passwordChangedAt: account.passwordChangedAt.getTime(),
      refreshTokens: new Map(),
      accessTokens: [],
    }
    signIn.session = session
    sessions.push(session)
    return this.#keep(signIn, session, grant)
  }

  #keep(operation: Operation, { sid, deviceId, refreshTokens, accessTokens }: SessionTrace, grant: Grant): Outcome {
    const claims = this.#stage.verifyAccessToken(grant.accessToken)
    const refresh = this.#stage.verifyRefreshToken(grant.refreshToken)
    if (claims.sid !== sid || refresh.sid !== sid || claims.did !== deviceId || refresh.did !== deviceId)
      this.history.faults.push(`${operation.id} was handed out a token of another session`)
    if ((refreshTokens.get(refresh.gen) ?? grant.refreshToken) !== grant.refreshToken)
      this.history.faults.push(`${operation.id} was handed out a second refresh token of generation ${refresh.gen}`)
    refreshTokens.set(refresh.gen, grant.refreshToken)
    accessTokens.push(claims)
    return { kind: 'granted', generation: refresh.gen, claims, user: grant.user }
  }
}

/** An answer of 4xx is a verdict; anything else should not have happened. */
function refusal(error: unknown): Outcome {
  if (error instanceof Error && 'code' in error && 'statusCode' in error && Number(error.statusCode) < 500) {
    const reason = 'extensions' in error ? (error.extensions as { reason?: EndReason } | undefined)?.reason : undefined
    return { kind: 'refused', code: String(error.code), ...(reason && { reason }) }
  }
  return { kind: 'failed', error }
}
