import type { Random } from '@latchkey/harness'
import type { Caller } from '../callers/caller.ts'
import { isBeyond, mayCall, neededFor } from '../callers/needed-scopes.ts'
import { type Member, memberKey, type Operation } from '../document/operation.ts'
import type { Answer, Intent } from '../requests/call.ts'
import type { Values } from '../values/values.ts'

/** What a run has to have done at least once. */
export type Goal = {
  readonly key: string
  readonly operation: Operation
  /** Who calls; undefined: whoever may. */
  readonly caller: string | undefined
  readonly by: 'header' | 'cookie'
  /** The member that is sent, and whether as its schema asks. */
  readonly member: Member | undefined
  readonly isValid: boolean
  /** Whether the token is none that a service may take. */
  readonly isRefused: boolean
}

export type Coverage = {
  readonly total: number
  unmet(): readonly Goal[]
  isUnmet(goal: Goal): boolean
  /** The members of an operation that have not been sent as its document asks. */
  unsent(operation: Operation): readonly Member[]
  /** Takes over what a request has met. */
  record(intent: Intent, status: Answer['status'] | undefined): void
}

/** OAuth's endpoints know clients by their secrets: who else calls makes no difference there. */
const isByCaller = ({ path }: Operation): boolean => !path.startsWith('/oauth/')

export function createCoverage(
  operations: readonly Operation[],
  callers: readonly Caller[],
  values: (operation: Operation) => Values,
): Coverage {
  const goals = new Map<string, Goal>()
  const add = (key: string, goal: Omit<Goal, 'key'>): void => void goals.set(key, { key, ...goal })
  for (const operation of operations) {
    const base = {
      operation,
      caller: undefined,
      by: 'header',
      member: undefined,
      isValid: true,
      isRefused: false,
    } as const
    add(`${operation.service}: ${operation.key} succeeds`, base)
    if (neededFor(operation.key) !== 'anyone') {
      add(`${operation.service}: ${operation.key} succeeds by cookie`, { ...base, by: 'cookie' })
      add(`${operation.service}: ${operation.key} refuses a bad token`, { ...base, isRefused: true })
    }
    for (const { name } of isByCaller(operation) ? callers : [])
      add(`${operation.service}: ${operation.key} by ${name}`, { ...base, caller: name })
    for (const member of operation.members) {
      add(`${memberKey(operation, member)} valid`, { ...base, member })
      if (values(operation).invalid(member) !== undefined)
        add(`${memberKey(operation, member)} invalid`, { ...base, member, isValid: false })
    }
  }
  const byName = new Map(callers.map((caller) => [caller.name, caller]))
  const { size: total } = goals

  return {
    total,
    unmet: () => [...goals.values()],
    isUnmet: ({ key }) => goals.has(key),
    unsent: (operation) => operation.members.filter((member) => goals.has(`${memberKey(operation, member)} valid`)),
    record({ operation, caller, credential, by, sent, isValid }, status) {
      if (operation === undefined || status === undefined) return
      for (const { member, isValid } of sent)
        goals.delete(`${memberKey(operation, member)} ${isValid ? 'valid' : 'invalid'}`)
      if (credential === 'bad' && status === 401)
        goals.delete(`${operation.service}: ${operation.key} refuses a bad token`)
      if (!isValid || credential === 'bad') return
      const isSuccess = status < 300
      if (isSuccess) goals.delete(`${operation.service}: ${operation.key} succeeds`)
      if (isSuccess && by === 'cookie') goals.delete(`${operation.service}: ${operation.key} succeeds by cookie`)
      const known = byName.get(caller)
      if (known && isReached(operation, known, status))
        goals.delete(`${operation.service}: ${operation.key} by ${caller}`)
    },
  }
}

/** Answered as the scopes of the caller say. */
function isReached({ key }: Operation, caller: Caller, status: number): boolean {
  if (mayCall(key, caller)) return status < 300 || (isBeyond(key, caller) && status === 403)
  return status === (caller.kind === 'anonymous' ? 401 : 403)
}

/** Goals in an order that differs from seed to seed. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
