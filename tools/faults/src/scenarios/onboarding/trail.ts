import type { RelayedChunk } from '@latchkey/test-kit'
import { type ChunkCondition, commitOf, replyTo } from '../../cluster/traffic.ts'

/** What can be killed. The worker of onboarding is part of employee-service. */
export const SERVICES = ['employee-service', 'auth-service'] as const
export type ServiceKind = (typeof SERVICES)[number]

/** What identifies the onboarding of one trial in the traffic. */
export type Marks = {
  readonly email: string
  /** Of the request that invites. */
  readonly requestId: string
  /** Of the request that terminates or deletes. */
  readonly leaveId: string
  /** Of the account, where there is one from the start. */
  readonly userId?: string | undefined
  /** Of the link in the newest mail, where there is one from the start. */
  readonly token?: string | undefined
}

/** Follows one onboarding through the traffic of both services. */
export type Trail = {
  readonly marks: Marks
  /** Sees each chunk before any condition does. */
  see(chunk: RelayedChunk): void
  /** The key of the job, once the request is written. */
  readonly onboardingId: string | undefined
  /** Of the account, once auth-service has answered with it. */
  readonly userId: string | undefined
  /** Number of the replica that had to do with the onboarding last. */
  replicaOf(service: ServiceKind): number | undefined
  /** Resolves when employee-service has kept the id of the account. */
  readonly idKept: Promise<void>
}

/** Relays are named after who is behind them: `auth-1` leads to the first replica of auth-service, `auth-postgres-1` from it. */
const SERVICE_OF: readonly (readonly [pattern: RegExp, service: ServiceKind])[] = [
  [/^employee-(?:postgres|auth)-(\d+)$/, 'employee-service'],
  [/^(?:auth|auth-postgres|smtp)-(\d+)$/, 'auth-service'],
]

export const isFrom = (relay: string, from: RelayedChunk['from']): ChunkCondition => {
  const pattern = new RegExp(`^${relay}-\\d+$`)
  return (chunk) => chunk.from === from && pattern.test(chunk.relay)
}

export function createTrail(marks: Marks): Trail {
  let onboardingId: string | undefined
  let { userId } = marks
  const replicas = new Map<ServiceKind, number>()
  const { promise: idKept, resolve } = Promise.withResolvers<void>()

  const toEmployeePostgres = isFrom('employee-postgres', 'client')
  const toAuth = isFrom('auth', 'client')
  /** Connections on which the request was written, and the account was asked for. */
  let inviting: string | undefined
  let asking: string | undefined
  const isKept = replyTo(
    commitOf((chunk) => toEmployeePostgres(chunk) && userId !== undefined && chunk.bytes.includes(userId)),
  )

  function concerns({ bytes }: RelayedChunk): boolean {
    const { email, requestId, leaveId, token } = marks
    const texts = [email, requestId, leaveId, token, userId, onboardingId]
    return texts.some((text) => text !== undefined && bytes.includes(text))
  }

  return {
    marks,
    idKept,
    get onboardingId() {
      return onboardingId
    },
    get userId() {
      return userId
    },
    replicaOf: (service) => replicas.get(service),
    see(chunk) {
      const { relay, connection, from, bytes } = chunk
      if (from === 'client' && concerns(chunk)) {
        for (const [pattern, service] of SERVICE_OF) {
          const [, number] = pattern.exec(relay) ?? []
          if (number !== undefined) replicas.set(service, Number(number))
        }
      }
      if (toEmployeePostgres(chunk) && inviting === undefined && bytes.includes(marks.requestId)) inviting = connection
      if (connection === inviting && from === 'client') {
        onboardingId ??= /"key":"([\w-]{36})"/.exec(bytes.toString())?.[1]
      }
      if (toAuth(chunk) && bytes.includes(`"email":"${marks.email}"`)) asking = connection
      if (connection === asking && from === 'server') {
        userId ??= /"user":\{"id":"([\w-]{36})"/.exec(bytes.toString())?.[1]
      }
      if (isKept(chunk)) resolve()
    },
  }
}
