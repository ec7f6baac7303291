import { createDatabase, isUniqueViolation } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import fc from 'fast-check'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { createLinkService } from '../../src/links/link-service.ts'
import { administratorOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { NO_LIMITS } from '../support/limits.ts'
import { startMailServer } from '../support/mail-server.ts'
import { tokenIn } from '../support/mailbox.ts'
import { type Command, histories } from './coming-back/commands.ts'
import { type Answer, createModel } from './coming-back/model.ts'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60)
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31)

t.setTimeout(600_000)

const { url: smtpUrl } = await startMailServer(t)
const auth = await startAuthService(t, {
  variables: {
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'no-reply@latchkey.test',
    PUBLIC_URL: 'https://id.latchkey.test',
    PASSWORD_MIN_LENGTH: '8',
  },
  passwordLimits: NO_LIMITS,
})
const asAdmin = await administratorOf(auth)
const stranger = await auth.newUser()
const { databaseUrl, schema } = auth.environment
const { db, close } = createDatabase<AuthSchema>({ url: databaseUrl, schema, poolSize: 1, ...NO_HURRY })
t.teardown(close)
const { draw } = createLinkService({ base: 'https://id.latchkey.test', now: Date.now })

/** Links as the account has got them, each with a token of its own, as its mail has one. */
async function newLinks(userId: string, known: number) {
  const rows = await db.selectFrom('links').selectAll().where('user_id', '=', userId).orderBy('id').execute()
  return Promise.all(
    rows.slice(known).map(async (row) => ({
      purpose: row.purpose,
      address: row.address,
      token: tokenIn((await draw(db, row)) ?? ''),
    })),
  )
}

let runs = 0
const counts = new Map<string, number>()

async function runHistory({ isVerified, commands }: { isVerified: boolean; commands: Command[] }): Promise<void> {
  const run = ++runs
  const addresses = ['a', 'b', 'c', 'd'].map((name) => `${name}-${run}@example.test`)
  const addressOf = (n: number): string => addresses[n] ?? ''
  const { id: userId } = await auth.newAccount({ email: addressOf(0) })
  if (isVerified) await asAdmin('PATCH', `/admin/users/${userId}`, { email: addressOf(0) })
  const model = createModel(addressOf(0), isVerified, PASSWORD)
  const tokens: string[] = []
  const sessions: { accessToken: string; isLive: boolean }[] = []
  const passwords: string[] = [PASSWORD]
  const newPassword = (): string => {
    const password = `slow heron ${run} over ${passwords.length} rivers`
    passwords.push(password)
    return password
  }

  /** Signs in where that is possible. */
  async function signIn(): Promise<string | undefined> {
    if (!model.canSignIn()) return undefined
    const { accessToken } = await auth.signIn(model.account.address, { password: model.account.password })
    sessions.push({ accessToken, isLive: true })
    return accessToken
  }
  const endSessions = (): void => {
    for (const session of sessions) session.isLive = false
  }

  /** The n-th newest link of a purpose, and by chance one of another. */
  function pick(purpose: string, n: number) {
    const own = model.links.flatMap((link, index) => (link.purpose === purpose ? [index] : [])).reverse()
    const index = n < own.length ? own[n] : model.links.length - 1 - n
    const [link, token] = [model.links[index ?? -1], tokens[index ?? -1]]
    return link && token !== undefined ? { link, token } : undefined
  }

  async function answer(method: string, url: string, body?: object, token?: string): Promise<Answer> {
    const response = await auth.call(method, url, { ...(body && { body }), ...(token !== undefined && { token }) })
    return response.statusCode < 300 ? 'ok' : response.json().code
  }
  const administrate = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await asAdmin(method, `/admin/users/${userId}${path}`, body)
    return response.statusCode < 300 ? 'ok' : response.json().code
  }

  /** What the service answers, and what it should. Undefined where there is nothing to call. */
  async function execute(command: Command): Promise<[Answer, Answer] | undefined> {
    switch (command.kind) {
      case 'request': {
        const token = await signIn()
        if (token === undefined) return undefined
        const body = { email: addressOf(command.to), currentPassword: model.account.password }
        return [await answer('POST', '/auth/email', body, token), model.request(addressOf(command.to))]
      }
      case 'confirm': {
        const picked = pick('email_change', command.link)
        if (!picked) return undefined
        const { password } = model.account
        const session = command.by === 'session' ? await signIn() : undefined
        const isOwner = session !== undefined || (command.by === 'password' && password !== undefined)
        const proof = command.by === 'password' && isOwner ? { password } : {}
        const bearer = session ?? (command.by === 'stranger' ? stranger.accessToken : undefined)
        const actual = await answer('POST', '/auth/email/confirm', { token: picked.token, ...proof }, bearer)
        return [actual, model.confirm(picked.link, isOwner)]
      }
      case 'undo': {
        const picked = pick('email_undo', command.link)
        if (!picked) return undefined
        const actual = await answer('POST', '/auth/email/undo', { token: picked.token })
        if (actual === 'ok') endSessions()
        return [actual, model.undo(picked.link)]
      }
      case 'reset': {
        const picked = pick('password_reset', command.link)
        if (!picked) return undefined
        const password = newPassword()
        const actual = await answer('POST', '/auth/password/reset', { token: picked.token, password })
        if (actual === 'ok') endSessions()
        return [actual, model.reset(picked.link, password)]
      }
      case 'change_password': {
        const token = await signIn()
        if (token === undefined) return undefined
        const body = { currentPassword: model.account.password, newPassword: newPassword() }
        const actual = await answer('POST', '/auth/password', body, token)
        if (actual === 'ok') endSessions()
        return [actual, model.changePassword(body.newPassword)]
      }
      case 'administrator_sets':
        return [
          await administrate('PATCH', '', { email: addressOf(command.to) }),
          model.administratorSets(addressOf(command.to)),
        ]
      case 'administrator_resets':
        return [await administrate('POST', '/password-reset'), model.administratorResets()]
      case 'disable':
        endSessions()
        return [await administrate('PATCH', '', { status: 'disabled' }), model.disable()]
      case 'enable':
        return [await administrate('PATCH', '', { status: 'active' }), model.enable()]
      case 'other_takes': {
        const isTaken = await auth.newAccount({ email: addressOf(command.to) }).then(
          () => true,
          (error) => {
            if (isUniqueViolation(error, 'users_email_key')) return false
            throw error
          },
        )
        return [String(isTaken), String(model.isTakenByOther(addressOf(command.to)))]
      }
    }
  }

  for (const command of commands) {
    const answers = await execute(command)
    if (!answers) continue
    const [actual, expected] = answers
    counts.set(`${command.kind}: ${actual}`, (counts.get(`${command.kind}: ${actual}`) ?? 0) + 1)
    const known = tokens.length
    const made = await newLinks(userId, known)
    tokens.push(...made.map(({ token }) => token))
    const { user } = (await asAdmin('GET', `/admin/users/${userId}`)).json()
    const lives = await Promise.all(
      sessions.map(async ({ accessToken }) => (await auth.call('GET', '/auth/me', { token: accessToken })).statusCode),
    )
    assertSame(
      {
        answer: actual,
        links: made.map(({ purpose, address }) => ({ purpose, address })),
        account: { address: user.email, isVerified: user.emailVerified, isDisabled: user.status === 'disabled' },
        sessions: lives.map((status) => status === 200),
      },
      {
        answer: expected,
        links: model.links.slice(known).map(({ purpose, address }) => ({ purpose, address })),
        account: {
          address: model.account.address,
          isVerified: model.account.isVerified,
          isDisabled: model.account.isDisabled,
        },
        sessions: sessions.map(({ isLive }) => isLive),
      },
    )
  }

  await asAdmin('PATCH', `/admin/users/${userId}`, { status: 'active' })
  const works = await Promise.all(
    passwords.map(async (password) => {
      const body = { email: model.account.address, password }
      return (await auth.call('POST', '/auth/login', { body })).statusCode === 200
    }),
  )
  assertSame(
    works,
    passwords.map((password) => password === model.account.password),
  )
}

function assertSame(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`is        ${is}\nshould be ${should}`)
}

t.test(
  'whatever order changes of address, confirmations, undos, resets and administrators come in, each link does what it should or nothing',
  async (t) => {
    await fc.assert(fc.asyncProperty(histories, runHistory), { seed: SEED, numRuns: RUNS })
    t.comment(`seed ${SEED}: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}`)
    for (const reached of ['confirm: ok', 'undo: ok', 'reset: ok', 'undo: invalid_link', 'confirm: sign_in_required']) {
      t.ok(counts.has(reached), reached)
    }
  },
)
