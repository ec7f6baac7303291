import type { TestScope } from '@latchkey/test-kit'

/** What was started, to be stopped again: the last first. */
export type Scope = TestScope & {
  /** Stops everything, whatever fails on the way; may be called twice. */
  close(): Promise<void>
}

export function createScope(): Scope {
  const handlers: (() => Promise<void>)[] = []
  return {
    teardown: (handler) => handlers.push(handler),
    async close() {
      for (let handler = handlers.pop(); handler; handler = handlers.pop()) {
        await handler().catch((error: unknown) => console.error('while stopping:', error))
      }
    },
  }
}
