import { createDatabase } from '@latchkey/database'
import { NO_HURRY, type RelayedChunk, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import type { LinkPurpose } from '../../src/links/link.ts'
import { createLinkService } from '../../src/links/link-service.ts'
import { PASSWORD, refreshWith, type SignedIn, startAuthService } from '../support/auth-service.ts'
import { startMailServer } from '../support/mail-server.ts'
import { tokenIn } from '../support/mailbox.ts'
import { startResourceService } from '../support/resource-service.ts'

/** Neither call needs more replies of Redis and Postgres together, also through a pooler. */
const MOST_REPLIES = 240
const NEW_PASSWORD = 'a heron walks over nine slow rivers'

t.setTimeout(300_000)

// One replica dies at each step of a call, as the stores see it: its connections break and nothing of it arrives any more.
const environment = await testEnvironment(t)
const { url: smtpUrl } = await startMailServer(t)
const variables = { SMTP_URL: smtpUrl, MAIL_FROM: 'no-reply@latchkey.test', PUBLIC_URL: 'https://id.latchkey.test' }
const survivor = await startAuthService(t, { environment, variables })
const resource = await startResourceService(t, survivor)
let remaining = Number.POSITIVE_INFINITY
const onChunk = ({ from }: RelayedChunk): Promise<void> | undefined =>
  from === 'server' && --remaining === 0 ? die() : undefined
const redis = await tcpRelay(t, environment.redisUrl, { onChunk })
const postgres = await tcpRelay(t, environment.databaseUrl, { onChunk })
const { once: dying } = await startAuthService(t, {
  environment: { ...environment, databaseUrl: postgres.url, redisUrl: redis.url },
  variables,
})
const { db, close } = createDatabase<AuthSchema>({
  url: environment.databaseUrl,
  schema: environment.schema,
  poolSize: 1,
  ...NO_HURRY,
})
t.teardown(close)
const { draw } = createLinkService({ base: 'https://id.latchkey.test', now: Date.now })

async function die(): Promise<void> {
  await Promise.all([redis.refuse(), postgres.refuse()])
}

async function revive(): Promise<void> {
  remaining = Number.POSITIVE_INFINITY
  await Promise.all([redis.restore(), postgres.restore()])
  while ((await dying.call('GET', '/health/ready')).statusCode !== 200);
}

/** A token of the user's link, as a mail has one. */
async function tokenOf(userId: string, purpose: LinkPurpose): Promise<string> {
  for (;;) {
    const rows = await db.selectFrom('links').selectAll().where('user_id', '=', userId).execute()
    const link = rows.find((row) => row.purpose === purpose)
    if (link) return tokenIn((await draw(db, link)) ?? '')
  }
}

const calls = {
  'a reset': {
    async arrange({ email, userId }: SignedIn) {
      await survivor.call('POST', '/auth/password/forgot', { body: { email } })
      return { token: await tokenOf(userId, 'password_reset'), password: NEW_PASSWORD }
    },
    path: '/auth/password/reset',
  },
  'an undo': {
    async arrange({ email, userId, accessToken: token }: SignedIn) {
      const body = { email: `new-${email}`, currentPassword: PASSWORD }
      await survivor.call('POST', '/auth/email', { token, body })
      return { token: await tokenOf(userId, 'email_undo') }
    },
    path: '/auth/email/undo',
  },
}

for (const [name, { arrange, path }] of Object.entries(calls)) {
  t.test(
    `a replica that dies at any step of ${name} leaves all as it was and the link good, or the old password void and no live session`,
    async (t) => {
      const outcomes = { before: 0, after: 0 }
      for (let step = 1; step <= MOST_REPLIES; step++) {
        const user = await survivor.newUser({ isVerified: true })
        const elsewhere = await survivor.signIn(user.email)
        const body = await arrange(user)
        remaining = step
        const response = await dying.call('POST', path, { body })
        const hasDied = remaining <= 0
        await revive()

        const signIn = { email: user.email, password: PASSWORD }
        const isBefore = (await survivor.call('POST', '/auth/login', { body: signIn })).statusCode === 200
        outcomes[isBefore ? 'before' : 'after']++
        const again = await survivor.call('POST', path, { body })
        t.equal(again.statusCode, isBefore ? 204 : 400, `step ${step}: the link`)
        for (const session of [user, elsewhere]) {
          t.equal((await refreshWith(survivor, session.refreshToken)).json().code, 'session_ended', `step ${step}`)
          t.ok(await resource.eventuallyRefuses(session.accessToken), `step ${step}: its access token is void`)
        }
        if (hasDied) continue
        t.equal(response.statusCode, 204)
        t.comment(`${step - 1} steps: ${outcomes.before} before, ${outcomes.after} after`)
        t.ok(outcomes.before > 10 && outcomes.after > 0)
        return
      }
      t.fail(`${name} took more than ${MOST_REPLIES} replies`)
    },
  )
}
