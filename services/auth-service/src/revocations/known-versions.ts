/** A user or service client, and the version below which its tokens are void. */
export type RaisedVersion = { readonly id: string; readonly version: number }

/**
 * The versions of users and service clients as this replica knows them, by which it tells a record in Redis that was true once from one
 * that still may be: a writer there can put back what it held before.
 */
export type KnownVersions = {
  /** From the feed, or from Postgres. A lower one than before changes nothing. */
  raise(id: string, version: number): void
  /** Whether a record with this version, which was encrypted then, is not known to be out of date. */
  admits(id: string, version: number, encryptedAtMs: number): boolean
  /**
   * Reads the versions that were raised shortly before this process began to follow the feed; until then records of before are not
   * admitted. From Postgres, since entries of the feed can be deleted by a writer to Redis.
   */
  load(list: (since: Date) => Promise<readonly RaisedVersion[]>): Promise<void>
}

/** At the start of a replica, records as old as this may be current. Users who were away for longer cost a read of Postgres. */
const REACH_MS = 24 * 3600 * 1000
/** How much the clocks of replicas may differ, and a record may take to be written. */
const SLACK_MS = 60_000
/** Some 10 MB. */
const MAX_KNOWN = 100_000

type Options = {
  /** Epoch milliseconds, of the clock that envelopes name. */
  readonly now: () => number
  readonly maxKnown?: number
}

export function createKnownVersions({ now, maxKnown = MAX_KNOWN }: Options): KnownVersions {
  const versions = new Map<string, number>()
  // Every version that was raised after this time is known.
  let completeSince = now()

  function raise(id: string, version: number): void {
    if (version <= (versions.get(id) ?? 0)) return
    if (versions.size >= maxKnown && !versions.has(id)) {
      // What they refused is refused for its age from now on.
      versions.clear()
      completeSince = now() + SLACK_MS
    }
    versions.set(id, version)
  }

  return {
    raise,

    admits: (id, version, encryptedAtMs) => encryptedAtMs >= completeSince && version >= (versions.get(id) ?? 0),

    async load(list) {
      const reach = now() - REACH_MS
      const raised = await list(new Date(reach - SLACK_MS))
      completeSince = reach
      for (const { id, version } of raised) raise(id, version)
    },
  }
}
