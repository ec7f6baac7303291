import { askNode, replicationOf, until } from './ask-node.ts'
import type { StoreNode } from './redis-store.ts'

/** The user `default` of every server of a run has it. */
const PASSWORD = 'private'

/** From now on the replica lacks what its master is told. */
export async function stopReplication(replica: StoreNode): Promise<void> {
  await askNode(replica, async (redis) => {
    await redis.config('SET', 'masterauth', 'wrong')
    await redis.call('CLIENT', 'KILL', 'TYPE', 'master')
  })
  await until('the replica is cut off', async () => (await replicationOf(replica)).includes('master_link_status:down'))
}

/** It can follow a master again, if it is to. */
export const allowReplication = (replica: StoreNode): Promise<unknown> =>
  askNode(replica, (redis) => redis.config('SET', 'masterauth', PASSWORD))

/** Makes a server the replica of another one, and returns once it has what that one has. */
export async function follow(replica: StoreNode, master: StoreNode): Promise<void> {
  await askNode(master, (redis) => redis.config('SET', 'repl-diskless-sync-delay', '0'))
  await allowReplication(replica)
  await askNode(replica, (redis) => redis.replicaof('127.0.0.1', String(master.port)))
  await until('the replica catches up', async () => (await replicationOf(replica)).includes('master_link_status:up'))
}
