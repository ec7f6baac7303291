import { redisProgram, startRedis } from '@latchkey/stack'
import { type PrivateServer, privateServer } from './private-server.ts'
import type { TestScope } from './test-environment.ts'

/** A Redis for this test alone, with the append-only file of production; it is empty at first. */
export async function privateRedis(t: TestScope): Promise<PrivateServer> {
  const program = await redisProgram(console.error)
  return privateServer(t, 'redis', (place) => startRedis({ ...place, program, password: 'private' }))
}
