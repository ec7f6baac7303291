import { currentSchema } from '@latchkey/database'
import { createJobQueue } from '@latchkey/job-queue'
import type { Log, Metric } from '@latchkey/problems'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { LinkService } from '../links/link-service.ts'
import { createMailOutbox, type MailOutbox, noMails } from './mail-outbox.ts'
import { listOverdueMails } from './mail-repository.ts'
import type { MailConfig } from './mail-settings.ts'
import { createDirectoryTransport, createSmtpTransport, type MailTransport } from './mail-transport.ts'
import { createMailWorker } from './mail-worker.ts'

/** Longest pause between two attempts to send a mail. */
const RETRY_DELAY_MAX_SECONDS = 60
/** An attempt ends before: the transport gives up on a silent server sooner. */
const EXPIRE_IN_SECONDS = 60
const CONCURRENCY = 5
/** A mail that nobody has sent for so long may have lost its job. Milliseconds. */
const OVERDUE_AFTER_MS = 120_000
const OVERDUE_AT_ONCE = 100

type Dependencies = {
  readonly db: AuthDatabase
  readonly databaseUrl: string
  readonly config: MailConfig | undefined
  readonly links: LinkService
  readonly product: string
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** The outbox, and the worker of this replica that empties it. */
export type Mail = {
  readonly outbox: MailOutbox
  /** Starts to send, once the database is migrated. */
  start(): Promise<void>
  /** Queues mails again whose jobs are gone, and frees those of killed workers. To be repeated. */
  supervise(): Promise<void>
  readonly metrics: readonly Metric[]
  close(): Promise<void>
}

const OFF: Mail = {
  outbox: noMails,
  start: async () => {},
  supervise: async () => {},
  metrics: [],
  close: async () => {},
}

export function createMail({ db, databaseUrl, config, links, product, log, now }: Dependencies): Mail {
  if (config === undefined) return OFF
  const transport = createTransport(config)
  const queue = createJobQueue({
    name: 'mail',
    url: databaseUrl,
    applicationName: 'auth-service jobs',
    log,
    retryDelayMaxSeconds: RETRY_DELAY_MAX_SECONDS,
    expireInSeconds: EXPIRE_IN_SECONDS,
    concurrency: CONCURRENCY,
  })
  const counts = { sent: 0, refused: 0, expired: 0, dropped: 0, retry: 0 }
  const attempt = createMailWorker({
    db,
    links,
    transport,
    product,
    log,
    onOutcome: (_kind, outcome) => {
      counts[outcome] += 1
    },
    now,
  })
  return {
    outbox: createMailOutbox((trx, mailId) => queue.add(trx, mailId)),

    async start() {
      await queue.start(`${await currentSchema(db)}_jobs`)
      queue.work(attempt)
    },

    async supervise() {
      const overdue = await listOverdueMails(db, new Date(now() - OVERDUE_AFTER_MS), OVERDUE_AT_ONCE)
      await queue.addNow(overdue)
      await queue.freeExpired()
    },

    metrics: Object.keys(counts).map((outcome) => ({
      name: `mails_${outcome}_total`,
      help: `Attempts of this process to send a mail that ended as ${outcome}`,
      type: 'counter',
      read: () => counts[outcome as keyof typeof counts],
    })),

    async close() {
      await queue.close()
      await transport.close()
    },
  }
}

function createTransport(config: MailConfig): MailTransport {
  return 'smtpUrl' in config
    ? createSmtpTransport(config.smtpUrl, config.from)
    : createDirectoryTransport(config.directory, config.from)
}
