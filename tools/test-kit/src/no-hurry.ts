/** Time-outs of a test's own connections to Postgres, in place of those of requests: no client waits for them. Milliseconds. */
export const NO_HURRY = { connectTimeoutMs: 60_000, statementTimeoutMs: 60_000 } as const
