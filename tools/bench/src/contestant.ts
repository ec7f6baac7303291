import { openConnection } from './load/connection.ts'
import type { Conversation } from './load/conversation.ts'
import type { Talker } from './load/drive.ts'
import type { Cores } from './machine/cores.ts'
import { type ServerProcess, startServerProcess } from './machine/server-process.ts'
import type { Subject } from './workloads/workload.ts'

/** A server that runs, and those who talk to it. */
export type Contestant = {
  readonly server: ServerProcess
  /** One for each connection; empty before {@link connectAll}. */
  readonly talkers: Talker[]
  conversations(): Conversation[]
}

export async function startContestant(subject: Subject, connections: number, cores: Cores): Promise<Contestant> {
  const server = await startServerProcess({ prefix: cores.serverPrefix, ...subject })
  let conversations: Conversation[] | undefined
  return {
    server,
    talkers: [],
    // Not before they are asked for: what is said may only be known when all is prepared.
    conversations() {
      conversations ??= Array.from({ length: connections }, (_, n) => subject.converse(n))
      return conversations
    },
  }
}

/** Connects right before the load begins: a connection that says nothing for long is closed by the server. */
export async function connectAll({ server, talkers, conversations }: Contestant): Promise<void> {
  for (const conversation of conversations()) {
    talkers.push({ connection: await openConnection(server.port), conversation })
  }
}

/** The answer to a single request, on a connection of its own. */
export async function askOnce({ server, conversations }: Contestant): Promise<string> {
  const [conversation] = conversations()
  if (conversation === undefined) throw new Error('nothing to say')
  const connection = await openConnection(server.port)
  const { status, body } = await connection.send(conversation.next())
  connection.close()
  if (status !== 200) throw new Error(`answered with ${status}: ${body}`)
  conversation.answered?.(body)
  return body
}

export async function stopContestant({ server, talkers }: Contestant): Promise<void> {
  for (const { connection } of talkers) connection.close()
  await server.stop()
}
