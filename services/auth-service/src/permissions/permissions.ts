import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { BUILT_IN_POLICY, type Policy } from './policy.ts'
import { liftPolicyVersion, readPolicy, readPolicyVersion, sharePolicy } from './policy-repository.ts'

/**
 * The policy as this replica knows it. Sessions hold names of roles, and what those give is looked up here: no change of a role
 * writes anything per holder.
 */
export type Permissions = {
  /** The copy, which is that of all replicas but for the moments after a change. */
  readonly policy: Policy
  /**
   * A copy that is good enough to issue a token by: it knows these roles, and every version that has narrowed one.
   * Rejects when it cannot be read.
   */
  upToDate(roles: readonly string[]): Promise<Policy>
  /** Reads the policy again if a good token is from a later version. */
  follow(pol: number): Promise<Policy>
  /** From now on, no token is issued by a policy older than this. */
  expect(pol: number): void
  /** The policy, which no other transaction changes until this one ends. Lock no account before. */
  share(trx: AuthTransaction): Promise<Policy>
  /** Reads the policy again. */
  reload(): Promise<void>
  /** The same, if there is another one by now. */
  poll(db: AuthDatabase): Promise<void>
}

/** Changes of a policy that no copy misses. */
const MAX_AHEAD = 1_000_000

export function createPermissions(db: AuthDatabase): Permissions {
  let policy: Policy = { ...BUILT_IN_POLICY, version: 0 }
  let expected = 0
  let reading: Promise<void> | undefined
  let next: Promise<void> | undefined

  /** Readings overtake each other. */
  function adopt(read: Policy): Policy {
    if (read.version > policy.version) policy = read
    return read
  }

  async function read(): Promise<void> {
    adopt(await readPolicy(db))
  }

  /** Resolves after a reading that began later than this call. */
  function reload(): Promise<void> {
    if (!reading) {
      reading = read().finally(() => {
        reading = undefined
      })
      return reading
    }
    next ??= reading
      .catch(() => {})
      .then(() => {
        next = undefined
        return reload()
      })
    return next
  }

  return {
    get policy() {
      return policy
    },

    async upToDate(roles) {
      if (policy.version >= expected && roles.every((role) => policy.roles.has(role))) return policy
      await reload()
      // An entry is published after its change: Postgres was put back to a time before it.
      if (policy.version < expected) {
        // By one more: other copies may have had that version, with another content.
        await liftPolicyVersion(db, expected + 1)
        await reload()
      }
      return policy
    },

    async follow(pol) {
      if (pol > policy.version) await reload()
      return policy
    },

    expect(pol) {
      // What is so far ahead is no version of ours.
      if (pol < policy.version + MAX_AHEAD) expected = Math.max(expected, pol)
    },

    async share(trx) {
      const version = await sharePolicy(trx)
      return version === policy.version ? policy : adopt(await readPolicy(trx))
    },

    reload,

    async poll(onDatabase) {
      if ((await readPolicyVersion(onDatabase)) !== policy.version) await reload()
    },
  }
}
