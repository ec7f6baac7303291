import type { PreparedDatabase } from '@latchkey/database'
import { createJobQueue } from '@latchkey/job-queue'
import type { LabeledMetric, Log, Metric } from '@latchkey/problems'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { LinkService } from '../links/link-service.ts'
import { createMailMetrics } from './mail-metrics.ts'
import { createMailOutbox, type MailOutbox, noMails } from './mail-outbox.ts'
import type { MailConfig } from './mail-settings.ts'
import { createMailSupervisor } from './mail-supervisor.ts'
import { createDirectoryTransport, createSmtpTransport, MAILS_AT_ONCE, type MailTransport } from './mail-transport.ts'
import { createMailWorker } from './mail-worker.ts'

/** Longest pause between two attempts to send a mail. */
const RETRY_DELAY_MAX_SECONDS = 60
/** An attempt ends before. */
const EXPIRE_IN_SECONDS = 90
const HEARTBEAT_SECONDS = 10

type Dependencies = {
  readonly db: AuthDatabase
  readonly prepared: Pick<PreparedDatabase, 'sessions' | 'schema' | 'isOwner'>
  readonly config: MailConfig | undefined
  readonly links: LinkService
  readonly product: string
  readonly log: Log
  /** Whether nothing may be sent now. */
  readonly isPaused: () => boolean
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** The outbox, and the worker of this replica that empties it. */
export type Mail = {
  readonly outbox: MailOutbox
  /** Starts to send, once the database is migrated. */
  start(): Promise<void>
  /** Makes sure that every pending mail has a job, and every job a worker. To be repeated; cheap while no mail is pending. */
  supervise(): Promise<void>
  readonly metrics: readonly (Metric | LabeledMetric)[]
  close(): Promise<void>
}

const OFF: Mail = {
  outbox: noMails,
  start: async () => {},
  supervise: async () => {},
  metrics: [],
  close: async () => {},
}

export function createMail({ db, prepared, config, links, product, log, isPaused, now }: Dependencies): Mail {
  if (config === undefined) return OFF
  const transport = createTransport(config)
  const queue = createJobQueue({
    name: 'mail',
    url: prepared.sessions.url,
    applicationName: 'auth-service jobs',
    log,
    retryDelayMaxSeconds: RETRY_DELAY_MAX_SECONDS,
    expireInSeconds: EXPIRE_IN_SECONDS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    concurrency: MAILS_AT_ONCE,
  })
  const supervisor = createMailSupervisor({ db, queue, now })
  const { metrics, onResult } = createMailMetrics({ pending: supervisor.pending, now })
  const send = createMailWorker({ db, links, transport, product, log, onResult, now })
  return {
    outbox: createMailOutbox(queue.add),
    metrics,

    async start() {
      await queue.start(`${prepared.schema}_jobs`, prepared.isOwner)
      queue.work(async (mailId, stopping) => (isPaused() ? 'retry' : send(mailId, stopping)))
      await supervisor.supervise()
    },

    supervise: supervisor.supervise,

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
