import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, type SignedIn } from '../support/auth-service.ts'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic, send } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

// A verifier that follows the feed, a call to auth-service, introspection and the report on the access cookie: four ways to
// learn whether a token is live and what it may do, and one answer.

const BASIC = basic(PAYROLL)

/** Mulberry32: the seed repeats a run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const allow =
  (message: RegExp) =>
  (error: unknown): undefined => {
    if (!(error instanceof Error && message.test(error.message))) throw error
  }

t.test(
  'of a thousand tokens, after random changes to sessions, roles and clients, all four ways say the same',
  async (t) => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
    t.comment(`SEED=${seed}`)
    const random = randomFrom(seed)
    const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
    const auth = await listen(t, { variables: { MAX_DEVICES_PER_USER: '3' } })
    const resource = await startResourceService(t, auth)
    const asAdmin = await administratorOf(auth)
    const tokens: string[] = []

    /** Some scopes of these, each with a chance of one half. */
    const some = (...scopes: string[]): string[] => scopes.filter(() => random() < 0.5)
    const saveRole = async () => {
      const scopes = some('profile', 'employees:read', 'users:invite')
      return asAdmin('PUT', '/admin/roles/own', { description: 'A role of one’s own', scopes })
    }
    await saveRole()

    async function clientToken(client: { clientId: string; secret: string }): Promise<string | undefined> {
      const answer = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))
      return typeof answer.json.access_token === 'string' ? answer.json.access_token : undefined
    }

    async function liveOneUser(): Promise<void> {
      // A busy machine may answer 503: then there is no user, and the next one is tried.
      const first = await auth.newUser().catch(allow(/answered 503/))
      if (!first) return
      const { email, userId } = first
      let password = PASSWORD
      const devices: { accessToken: string; refreshTokens: string[]; deviceId: string }[] = []
      const note = ({ accessToken, refreshToken, deviceId }: SignedIn): void => {
        tokens.push(accessToken)
        devices.push({ accessToken, refreshTokens: [refreshToken], deviceId })
      }
      note(first)
      const steps: Record<string, () => Promise<unknown>> = {
        async signIn() {
          const deviceId = random() < 0.3 ? pick(devices)?.deviceId : undefined
          note(await auth.signIn(email, { password, ...(deviceId !== undefined && { deviceId }) }))
        },
        async refresh() {
          const device = pick(devices.slice(-3))
          const answer = await refreshWith(auth, device?.refreshTokens.at(-1) ?? '')
          if (answer.statusCode !== 200 || device === undefined) return
          const { accessToken, refreshToken } = answer.json()
          tokens.push(accessToken)
          device.accessToken = accessToken
          device.refreshTokens.push(refreshToken)
        },
        theft: async () => refreshWith(auth, pick(devices)?.refreshTokens[0] ?? ''),
        logout: async () =>
          auth.call('POST', '/auth/logout', { body: { refreshToken: pick(devices)?.refreshTokens.at(-1) ?? 'x' } }),
        logoutAll: async () => auth.call('POST', '/auth/logout-all', { token: pick(devices)?.accessToken ?? '' }),
        revokeOwn: async () =>
          auth.call('DELETE', `/auth/sessions/${pick(devices)?.deviceId}`, { token: pick(devices)?.accessToken ?? '' }),
        revokeAsAdmin: async () => asAdmin('DELETE', `/admin/users/${userId}/sessions/${pick(devices)?.deviceId}`),
        revokeAllAsAdmin: async () => asAdmin('DELETE', `/admin/users/${userId}/sessions`),
        revokeByOAuth: async () => {
          const device = pick(devices)
          const token = random() < 0.5 ? device?.accessToken : pick(device?.refreshTokens ?? [])
          return send(`${auth.url}/oauth/revoke`, { token: token ?? '' })
        },
        changeRoles: async () => asAdmin('PATCH', `/admin/users/${userId}`, { roles: [pick(['user', 'hr', 'own'])] }),
        saveRole,
        async changePassword() {
          const newPassword = `violet-harbour-${randomUUID()}`
          const answer = await auth.call('POST', '/auth/password', {
            token: pick(devices)?.accessToken ?? '',
            body: { currentPassword: password, newPassword },
          })
          if (answer.statusCode !== 200) return
          password = newPassword
          const { accessToken, refreshToken, device } = answer.json()
          note({ email, userId, accessToken, refreshToken, deviceId: device.id })
        },
        async disable() {
          await asAdmin('PATCH', `/admin/users/${userId}`, { status: 'disabled' })
          if (random() < 0.7) await asAdmin('PATCH', `/admin/users/${userId}`, { status: 'active' })
        },
      }
      // Passwords are slow, so most steps need none.
      const gentle = ['signIn', 'signIn', ...Array<string>(8).fill('refresh'), 'changeRoles']
      for (let n = 0; n < 50; n++) {
        const name = random() < 0.9 ? pick(gentle) : pick(Object.keys(steps))
        // Sign-in is refused for a disabled account, and where the answer to a change of password was lost on a busy machine.
        await steps[name ?? '']?.().catch(allow(/^sign-in answered (?:401|403|503)/))
      }
    }

    async function liveOneClient(clientId: string): Promise<void> {
      const made = await asAdmin('POST', '/admin/clients', { clientId, scopes: ['employees:read'] })
      const client = { clientId, secret: made.json().clientSecret }
      for (let n = 0; n < 8; n++) {
        const token = await clientToken(client)
        if (token === undefined) break
        tokens.push(token)
        const fate = random()
        if (fate < 0.2) await send(`${auth.url}/oauth/revoke`, { token })
        else if (fate < 0.3)
          await asAdmin('PATCH', `/admin/clients/${clientId}`, {
            scopes: some('employees:read', 'users:read', 'profile'),
          })
        else if (fate < 0.35) await asAdmin('DELETE', `/admin/clients/${clientId}`)
      }
    }

    for (let n = 0; tokens.length < 1000; n++) {
      await liveOneUser()
      await liveOneClient(`client-${n}`)
    }
    // The feed is in order: a verifier that has read its last entry has read all.
    const last = (await clientToken(PAYROLL)) ?? ''
    await send(`${auth.url}/oauth/revoke`, { token: last })
    t.ok(await resource.eventuallyRefuses(last))

    const counts = { live: 0, dead: 0 }
    const differences: string[] = []
    async function compare(token: string): Promise<void> {
      const local = await resource.verify(token)
      const me = await auth.call('GET', '/auth/me', { token })
      const introspected = (await send(`${auth.url}/oauth/introspect`, { token }, BASIC)).json
      const report = (await auth.call('GET', '/auth/cookie', { cookies: `__Host-access=${token}` })).json()
      // A call for users refuses a live service client too, for another reason.
      const call = me.statusCode === 200 ? 'ok' : String(me.json().code)
      const isLive = local === 'ok'
      const scopesOf = (scope: unknown): string[] => String(scope).split(' ').sort()
      const agree =
        // A verifier goes by what stands in the token.
        (!isLive || isDeepStrictEqual(scopesOf(introspected.scope), scopesOf(claimsOf(token).scope))) &&
        introspected.active === isLive &&
        (call === 'token_revoked') === !isLive &&
        report.valid === (call === 'ok') &&
        (report.reason ?? 'ok') === call &&
        (!report.valid || isDeepStrictEqual({ active: true, token_type: 'Bearer', ...report.claims }, introspected)) &&
        (!report.valid || isDeepStrictEqual(report.claims.roles, me.json().user.roles))
      if (!agree) differences.push(JSON.stringify({ local, call, introspected, report, token }))
      counts[isLive ? 'live' : 'dead']++
    }
    for (let n = 0; n < tokens.length; n += 10) await Promise.all(tokens.slice(n, n + 10).map(compare))
    t.comment(`${tokens.length} tokens, ${counts.live} live, ${counts.dead} dead`)
    t.same(differences, [])
    t.ok(counts.live > 50 && counts.dead > 50, JSON.stringify(counts))
  },
)
