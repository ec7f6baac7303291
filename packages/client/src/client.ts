import { AuthError } from './auth-error.ts'
import { type Authorize, createAuthorize } from './authorization.ts'
import { createEvents, type Events } from './events.ts'
import { createFetch } from './fetch.ts'
import { createHeldSession } from './held-session.ts'
import { post, readAnswer } from './http.ts'
import { type ClientOptions, readOptions } from './options.ts'
import { createRefresh } from './refresh.ts'
import {
  type Credentials,
  type Grant,
  type Invitation,
  isGrant,
  type PasswordChange,
  type Registration,
  type Session,
} from './session.ts'
import { keepTokens } from './token-store.ts'

export type Client = {
  /** Who is signed in, as far as is known here; null also before `restore` or the first call found out. */
  readonly session: Session | null
  /** @returns stops listening */
  readonly on: Events['on']
  /**
   * As the platform's, with the access token for the origin of auth-service and for those that the client was given. When the token is
   * refused, it is refreshed and the call sent once more.
   *
   * @throws {TypeError} the body is a stream; otherwise as the platform's
   * @throws {AuthError} `unavailable`: no token at the moment, and nothing is decided about the session
   */
  readonly fetch: typeof globalThis.fetch
  /** Finds out whether somebody is signed in, when a page or a program starts. @throws {AuthError} it can't be known now */
  restore(): Promise<Session | null>
  /** @throws {AuthError} */
  login(credentials: Credentials): Promise<Session>
  /** @returns null where the address has to be verified first @throws {AuthError} */
  register(registration: Registration): Promise<Session | null>
  /** Signs in whoever holds the link of an invitation. @throws {AuthError} */
  acceptInvitation(invitation: Invitation): Promise<Session>
  /** This session gets new tokens, all others end. @throws {AuthError} */
  changePassword(change: PasswordChange): Promise<void>
  /** @throws {AuthError} the session is as it was: somebody still is signed in */
  logout(): Promise<void>
  /** What a call to this address may carry, for other HTTP libraries than `fetch`. */
  readonly authorize: Authorize
  /** Stops timers and hears of no other tab any more. */
  close(): void
}

/** @throws {TypeError} an address is not usable */
export function createClient(options: ClientOptions): Client {
  const settings = readOptions(options)
  const { base, delivery, store, now } = settings
  const events = createEvents()
  const held = createHeldSession(settings, events, () => refresh().catch(() => {}))
  const exchange = createRefresh(settings, held)
  let flight: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** What changes tokens is done one after another, here and among tabs. */
  function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(() => held.tabs.inTurn(work))
    last = result.catch(() => {})
    return result
  }

  /** One for all who wait; a token that another tab got is as good. */
  function refresh(): Promise<void> {
    const startedAt = now()
    flight ??= Promise.race([held.arrival(), inOrder(() => exchange(startedAt))]).finally(() => {
      flight = undefined
    })
    return flight
  }

  async function adopt(grant: Grant, sentAt: number): Promise<void> {
    held.adopt(grant, sentAt)
    await keepTokens(store, grant)
  }

  /** @returns null when the answer signs nobody in */
  const signIn = (path: string, given: object): Promise<Session | null> =>
    inOrder(async () => {
      const { deviceToken } = (await store.read()) ?? {}
      const sentAt = now()
      const answer = await post(settings, path, { delivery, deviceToken, ...given })
      if (!answer.ok) throw new AuthError(answer)
      if (!isGrant(answer.body)) return null
      await adopt(answer.body, sentAt)
      return session()
    })

  async function mustSignIn(path: string, given: object): Promise<Session> {
    const signedIn = await signIn(path, given)
    // A page of a portal, with 200.
    if (!signedIn) throw new AuthError({ status: 0, body: {} })
    return signedIn
  }

  const session = (): Session | null => held.current()?.session ?? null
  const authorize = createAuthorize(settings, { held, events, refresh })
  const fetch = createFetch(settings, { authorize, adopt })

  return {
    get session() {
      return session()
    },
    on: events.on,
    fetch,
    authorize,
    async restore() {
      if (held.current() === null) held.setUnknown()
      if (!held.isFresh()) await refresh()
      return session()
    },
    login: (credentials) => mustSignIn('login', credentials),
    register: (registration) => signIn('register', registration),
    acceptInvitation: (invitation) => mustSignIn('invitations/accept', invitation),
    async changePassword(change) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${base}password`, { method: 'POST', headers, body: JSON.stringify(change) })
      if (!response.ok) throw new AuthError(await readAnswer(response))
    },
    logout: () =>
      inOrder(async () => {
        const { refreshToken, ...kept } = (await store.read()) ?? {}
        const answer = await post(settings, 'logout', { refreshToken }, held.current()?.token)
        if (!answer.ok) throw new AuthError(answer)
        await store.write(kept)
        held.end('signed_out')
      }),
    close: held.close,
  }
}
