import { poll } from '@latchkey/harness'
import { clock } from '../../history/history-record.ts'
import type { Pair } from './pair.ts'
import { accept, type HeldTokens, type Person, signInAs } from './person.ts'

/** All that a leaver ever held is worth nothing this long after everything is up, and after it was handed out. */
const REFUSED_WITHIN_MS = 15_000
const GIVE_UP_MS = 90_000

/** How long after everything was up their tokens were all refused, and what was accepted later than it may be. */
export type Refusals = { readonly afterMs: number; readonly fault: string | undefined }

/** Presents each token to each replica of both services until it is refused. */
export async function untilRefused(pair: Pair, person: Person, restoredAt: number): Promise<Refusals> {
  let afterMs = 0
  const isRefused = async (): Promise<boolean> => {
    for (const tokens of person.tokens) {
      if (await isAccepted(pair, tokens)) return false
      afterMs = Math.max(afterMs, clock() - Math.max(restoredAt, tokens.at))
    }
    return true
  }
  if (!(await poll(isRefused, { timeoutMs: GIVE_UP_MS, intervalMs: 500 })))
    return { afterMs: Number.POSITIVE_INFINITY, fault: 'a token is accepted for good' }
  const fault = afterMs > REFUSED_WITHIN_MS ? `a token was accepted ${Math.round(afterMs)} ms later` : undefined
  return { afterMs, fault }
}

/** Tries everything a leaver has: tokens, links and the password. What was accepted. */
export async function tryEverything(pair: Pair, person: Person): Promise<string | undefined> {
  if (person.letIn > 0) return 'a token was accepted a second after the answer'
  const { tokens, links } = person
  for (const each of tokens) {
    if (await isAccepted(pair, each)) return 'an access token'
    const refreshed = await pair.answerOf('auth-service', '/auth/refresh', {
      token: undefined,
      body: { refreshToken: each.refreshToken },
    })
    if (refreshed.status !== 401) return `a refresh token, answered ${refreshed.status}`
  }
  for (const link of links.slice(-2)) if (await accept(pair, person, link)) return 'a link'
  return (await signInAs(pair, person)) ? 'the password' : undefined
}

async function isAccepted({ replicas, http }: Pair, { accessToken }: HeldTokens): Promise<boolean> {
  const paths = [
    ['employee-service', '/employees/me'],
    ['auth-service', '/auth/me'],
  ] as const
  for (const [service, path] of paths) {
    for (const { url } of replicas[service].up.values()) {
      let status = 0
      const isAnswered = async (): Promise<boolean> => {
        ;({ status } = await http.send(`${url}${path}`, { token: accessToken }))
        return status !== 0 && status !== 503
      }
      await poll(isAnswered, { timeoutMs: GIVE_UP_MS, intervalMs: 50 })
      if (status !== 401) return true
    }
  }
  return false
}
