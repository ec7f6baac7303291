/**
 * Settles as `promise` does, or rejects after `ms` milliseconds: what never answers must not hold its caller. What the
 * promise does afterwards is ignored.
 *
 * @param what the one that did not answer, for the error's message
 */
export async function withDeadline<Result>(promise: Promise<Result>, ms: number, what: string): Promise<Result> {
  const { promise: deadline, reject } = Promise.withResolvers<never>()
  const miss = (): void => reject(new Error(`${what} did not answer within ${ms} ms`))
  // If this process was held up, the answer may be here already: it is looked at first.
  const timer = setTimeout(() => setImmediate(miss), ms)
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
