import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { TestService } from './auth-service.ts'

export type PolicyFile = {
  readonly version: number
  readonly scopes?: Readonly<Record<string, { readonly description: string }>>
  readonly roles?: Readonly<Record<string, { readonly description: string; readonly scopes: readonly string[] }>>
}

/** Writes files for `ACCESS_POLICY_FILE`, each under a name of its own, and returns where they are. */
export function policyFiles(t: Pick<Test, 'testdir'>): (content: PolicyFile | string | Uint8Array) => string {
  const directory = t.testdir({})
  let count = 0
  return (content) => {
    const file = join(directory, `${++count}.json`)
    const isText = typeof content === 'string' || content instanceof Uint8Array
    writeFileSync(file, isText ? content : JSON.stringify(content))
    return file
  }
}

/** What a start has logged about the policy of its settings: the event, and the name that it is about. */
export const policyEvents = ({ logs }: Pick<TestService, 'logs'>): string[] =>
  logs
    .lines()
    .filter(({ event }) => String(event).startsWith('access_policy_'))
    .map(({ event, name, level }) => [level === 40 ? 'warn' : 'info', event, name].filter(Boolean).join(' '))
