import { randomUUID } from 'node:crypto'
import { createDatabase, migrate } from '@latchkey/database'
import { createJobQueue } from '@latchkey/job-queue'
import { captureLogs, eventually, NO_HURRY, type TestScope, testEnvironment } from '@latchkey/test-kit'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import type { Link, LinkPurpose } from '../../src/links/link.ts'
import { createLinkService } from '../../src/links/link-service.ts'
import { createMail } from '../../src/mail/create-mail.ts'
import type { NewMail } from '../../src/mail/mail.ts'
import { createMailOutbox } from '../../src/mail/mail-outbox.ts'
import type { Account, UserStatus } from '../../src/users/user.ts'
import { accountsOf } from './accounts.ts'

type Options = { readonly smtpUrl: string; readonly now?: () => number }

/** Links, outbox and mail worker on a database of their own, without the rest of the service. Nothing is sent before `mail.start()`. */
export async function mailModule(t: TestScope, { smtpUrl, now = Date.now }: Options) {
  const environment = await testEnvironment(t)
  const { databaseUrl, schema } = environment
  const { db, close } = createDatabase<AuthSchema>({ url: databaseUrl, schema, poolSize: 10, ...NO_HURRY })
  t.teardown(close)
  await migrate({ db, migrations, schema })
  const logs = captureLogs()
  const write = (fields: object | string, message?: string): void =>
    void logs.stream.write(`${JSON.stringify({ fields, message })}\n`)
  const links = createLinkService({ base: 'https://id.latchkey.test/console', now })
  const log = { info: write, warn: write, error: write }
  const config = { from: 'Latchkey <no-reply@latchkey.test>', smtpUrl }
  const mail = createMail({
    db,
    prepared: { sessions: { url: databaseUrl }, schema, isOwner: true },
    config,
    links,
    product: 'Latchkey',
    log,
    isPaused: () => false,
    now,
  })
  t.teardown(() => mail.close())

  // As another replica has it: mails are written while nobody works at them.
  const queue = createJobQueue({
    name: 'mail',
    url: databaseUrl,
    applicationName: 'test',
    log,
    retryDelayMaxSeconds: 60,
    expireInSeconds: 90,
    concurrency: 1,
  })
  t.teardown(() => queue.close())
  await queue.start(`${schema}_jobs`)
  const outbox = createMailOutbox(queue.add)

  const accounts = accountsOf(environment)
  t.teardown(accounts.close)
  const newAccount = (status: UserStatus = 'active', username: string = randomUUID()): Promise<Account> =>
    accounts.insert({ username, status })

  /** A link and its mail, as a change that is committed leaves them. */
  function mailLink(purpose: LinkPurpose, account: Account): Promise<Link> {
    return db.transaction().execute(async (trx) => {
      const link = await links.create(trx, { purpose, account })
      const { id: userId, email: address } = account.user
      await outbox.enqueue(trx, { kind: purpose, address, userId, linkId: link.id })
      return link
    })
  }

  return {
    environment,
    db,
    logs,
    links,
    outbox,
    mail,
    newAccount,
    mailLink,
    enqueue: (mail: NewMail): Promise<boolean> => db.transaction().execute((trx) => outbox.enqueue(trx, mail)),
    /** Hashes of the tokens that open a link. */
    async hashesOf({ id }: Pick<Link, 'id'>): Promise<string[]> {
      const rows = await db.selectFrom('link_tokens').select('hash').where('link_id', '=', id).execute()
      return rows.map(({ hash }) => hash.toString('hex'))
    },
    /** Waits until nothing is left to send. */
    emptied: () =>
      eventually(async () => {
        const open = await db.selectFrom('mails').select('id').where('done_at', 'is', null).execute()
        return open.length === 0
      }, 'every mail is done with'),
  }
}
