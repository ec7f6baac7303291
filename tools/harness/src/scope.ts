import type { TestScope } from './temporary-directory.ts'

/** Stops what was started, the last first. */
export type Scope = TestScope & {
  /** Stops everything, even when a handler fails; may be called twice. */
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
