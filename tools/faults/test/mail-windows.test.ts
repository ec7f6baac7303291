import type { RelayedChunk } from '@latchkey/test-kit'
import t from 'tap'
import { followMail, WINDOWS } from '../src/scenarios/mails/windows.ts'

const MAILBOX = 'trial-1@example.test'
const MAIL = '01a1fa35-f9ed-7271-92b6-0823438b6162'
const OTHER = '01a1fa35-f9ed-7271-92b6-0823438b9999'
const at = (relay: string, connection: number, from: RelayedChunk['from'], text: string): RelayedChunk => ({
  relay,
  connection: `${relay}#${connection}`,
  from,
  bytes: Buffer.from(text),
})

/** The traffic of one mail among others; a chunk that is the first beyond a step has its name. */
const traffic: readonly [chunk: RelayedChunk, step?: string][] = [
  [at('postgres-1', 1, 'client', 'begin')],
  [at('postgres-1', 1, 'server', 'BEGIN')],
  [at('postgres-1', 1, 'client', `insert ${MAIL} ${MAILBOX}`)],
  [at('postgres-1', 1, 'server', MAIL)],
  [at('postgres-2', 7, 'client', 'commit')],
  [at('postgres-1', 1, 'client', `[{"data":{"key":"${MAIL}"}}]`)],
  [at('postgres-1', 1, 'server', 'INSERT')],
  [at('postgres-1', 1, 'client', 'commit'), 'committing'],
  [at('postgres-1', 1, 'server', 'COMMIT'), 'committed'],
  [at('postgres-2', 2, 'server', `{"key": "${OTHER}"}`)],
  [at('postgres-2', 3, 'server', `{"key": "${MAIL}"}`), 'taken'],
  [at('postgres-2', 4, 'client', `insert link_tokens ${MAIL}`)],
  [at('smtp-2', 1, 'client', 'MAIL FROM:<x>\r\nRCPT TO:<other@example.test>\r\nDATA\r\n')],
  [at('smtp-2', 2, 'client', `MAIL FROM:<x>\r\nRCPT TO:<${MAILBOX}>\r\nDATA\r\n`), 'begun'],
  [at('smtp-2', 2, 'server', '354')],
  [at('smtp-2', 1, 'client', 'Other\r\n.\r\n')],
  [at('smtp-2', 2, 'client', `Message-ID: <${MAIL}@x>`)],
  [at('smtp-2', 2, 'client', '#token=x\r\n.\r\n'), 'sent'],
  [at('smtp-2', 1, 'server', '250')],
  [at('smtp-2', 2, 'server', '250'), 'accepted'],
  [at('postgres-2', 4, 'client', `update ${OTHER}`)],
  [at('postgres-2', 4, 'client', `update ${MAIL}`), 'marking'],
  [at('postgres-2', 5, 'server', 'UPDATE')],
  [at('postgres-2', 4, 'server', 'UPDATE'), 'marked'],
  [at('postgres-2', 3, 'client', 'completed')],
]

t.test('each step of a mail is met at its first chunk, among the traffic of others', async (t) => {
  const stepOf = followMail(MAILBOX)
  t.same(
    traffic.map(([chunk]) => stepOf(chunk)),
    traffic.map(([, step]) => step),
  )
  t.same(
    traffic.flatMap(([, step]) => step ?? []),
    WINDOWS.map(({ before }) => before),
  )
})

t.test('the traffic of another mail meets no step', async (t) => {
  const stepOf = followMail('another@example.test')
  t.same(
    traffic.flatMap(([chunk]) => stepOf(chunk) ?? []),
    [],
  )
})
