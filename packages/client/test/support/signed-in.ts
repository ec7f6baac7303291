import { type Client, type ClientEvents, type ClientOptions, createClient } from '../../src/index.ts'
import type { Account, TestAuthService } from './auth-service.ts'
import { createClock } from './clock.ts'
import { decided, statusOf } from './decided.ts'

type Scope = { teardown(handler: () => unknown): unknown }

/** Every event so far, in order, by name. */
export type Heard = { readonly [Name in keyof ClientEvents]: ClientEvents[Name][] }

export function listenTo(client: Client): Heard {
  const heard: Heard = { session: [], ended: [], stepUp: [] }
  client.on('session', (event) => heard.session.push(event))
  client.on('ended', (event) => heard.ended.push(event))
  client.on('stepUp', (event) => heard.stepUp.push(event))
  return heard
}

/** A client with `body` delivery unless given, whose clock the test can move, signed in to the shared account unless given. */
export async function signedIn(
  t: Scope,
  auth: TestAuthService,
  { account: given, ...options }: Partial<ClientOptions> & { account?: Account } = {},
) {
  const clock = createClock()
  const account = given ?? (await auth.sharedAccount())
  const client = createClient({ authUrl: auth.url, delivery: 'body', now: clock.now, ...options })
  t.teardown(client.close)
  await decided(() => client.login(account))
  // A token that is refused sooner is kept for the rest of a second.
  clock.advance(1000)
  const me = (): Promise<number> => statusOf(() => client.fetch(`${auth.url}/auth/me`))
  return { client, clock, account, me, heard: listenTo(client) }
}
