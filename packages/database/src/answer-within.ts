import { AsyncLocalStorage } from 'node:async_hooks'

const patience = new AsyncLocalStorage<number>()

/**
 * Runs `work`, whose queries are short ones on a pool with long ones: a connection on which one of them is not answered in
 * time is given up, whatever the pool would wait. Milliseconds.
 */
export function answerWithin<T>(ms: number, work: () => Promise<T>): Promise<T> {
  return patience.run(ms, work)
}

/** For how long the next answer is waited for, when somebody said so. */
export function chosenPatienceMs(): number | undefined {
  return patience.getStore()
}
